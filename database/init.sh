#!/usr/bin/env bash
# Makes the roles and both databases, and gives the roles the passwords of /run/secrets. PostgreSQL's image runs it on an
# empty volume; by hand it puts today's passwords into an old one:
#
#     docker compose exec database bash /docker-entrypoint-initdb.d/init.sh
set -euo pipefail

psql --username postgres --dbname postgres --no-psqlrc --quiet --set ON_ERROR_STOP=1 \
    --set notes="$(cat /run/secrets/database-password)" \
    --set metrics="$(cat /run/secrets/metrics-password)" \
    --set admin="$(cat /run/secrets/database-admin-password)" <<'SQL'
SELECT format('CREATE ROLE %I LOGIN', name) FROM unnest(ARRAY['notes', 'metrics']) AS name
WHERE NOT EXISTS (SELECT FROM pg_roles WHERE rolname = name) \gexec
SELECT format('CREATE DATABASE %I OWNER notes', name) FROM unnest(ARRAY['notes', 'auth']) AS name
WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = name) \gexec
GRANT pg_monitor TO metrics;
ALTER ROLE notes PASSWORD :'notes';
ALTER ROLE metrics PASSWORD :'metrics';
ALTER ROLE postgres PASSWORD :'admin';
SQL
