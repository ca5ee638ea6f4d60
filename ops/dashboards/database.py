"""Dashboard *Database*: PostgreSQL as its exporter in Alloy sees it."""

from grafana_foundation_sdk.builders.dashboard import Dashboard, Row

from ops.dashboards.panels import Query, counted_lines, dashboard, lines, series, stat

WINDOW = "$__rate_interval"
OURS = 'datname=~"notes|auth"'


def build() -> Dashboard:
    """The dashboard."""
    board = dashboard("database", "Database", "PostgreSQL: connections, transactions, storage.")
    for part in (_now, _work, _storage, _logs):
        board = part(board)
    return board


def _now(board: Dashboard) -> Dashboard:
    figures = (
        ("Up", "1: it answers.", "none", Query("pg_up")),
        ("Up for", "Since its last start.", "s", Query("time() - pg_postmaster_start_time_seconds")),
        ("Connections", "Of those it allows.", "percentunit", Query("database:connections:ratio")),
        ("Size", "All databases.", "bytes", Query("sum(pg_database_size_bytes)")),
        ("Write-ahead log", "On its volume.", "bytes", Query("pg_wal_size_bytes")),
        ("Volume free", "Of the database's volume.", "percentunit", Query('volume:free:ratio{volume="database"}')),
    )
    board = board.with_row(Row("Now"))
    for title, description, unit, query in figures:
        board = board.with_panel(stat(title, description, unit, query))
    return board


def _work(board: Dashboard) -> Dashboard:
    hit, read = (f"sum(rate(pg_stat_database_blks_{kind}{{{OURS}}}[{WINDOW}]))" for kind in ("hit", "read"))
    rows = [
        Query(f"sum(rate(pg_stat_database_tup_{kind}{{{OURS}}}[{WINDOW}]))", kind)
        for kind in ("fetched", "inserted", "updated", "deleted")
    ]
    ends = [
        Query(f"sum(rate(pg_stat_database_xact_{kind}{{{OURS}}}[{WINDOW}]))", kind) for kind in ("commit", "rollback")
    ]
    states = Query("sum by (state) (pg_stat_activity_count)", "{{state}}")
    memory = Query(f"({hit} + 1) / ({hit} + {read} + 1)", "from memory")  # 1: an idle database has no share
    longest = Query("max by (state) (pg_stat_activity_max_tx_duration)", "{{state}}")
    locks = Query("sum by (mode) (pg_locks_count)", "{{mode}}")
    deadlocks = Query(f"sum(rate(pg_stat_database_deadlocks[{WINDOW}]))", "deadlocks/s")
    panels = (
        series("Connections by state", "Idle ones wait in the services' pools.", "none", states),
        series("Transactions", "A second.", "cps", *ends),
        series("Rows", "A second, all databases.", "cps", *rows),
        series("Reads from memory", "Below 99 % shared_buffers is too small.", "percentunit", memory).max(1),
        series("Longest transaction", "Old ones keep dead rows from being removed.", "s", longest),
        series("Locks and deadlocks", "Locks held now, by mode; deadlocks a second.", "none", locks, deadlocks),
    )
    board = board.with_row(Row("Work"))
    for panel in panels:
        board = board.with_panel(panel)
    return board


def _storage(board: Dashboard) -> Dashboard:
    panels = (
        series(
            "Size of each database",
            "On disk, indexes included.",
            "bytes",
            Query("pg_database_size_bytes", "{{datname}}"),
        ),
        series(
            "Checkpoints",
            "An hour. Requested ones beside timed ones: max_wal_size is too small.",
            "none",
            Query("rate(pg_stat_checkpointer_num_timed_total[1h]) * 3600", "timed"),
            Query("rate(pg_stat_checkpointer_num_requested_total[1h]) * 3600", "requested"),
        ),
        series(
            "Dead rows",
            "Waiting for autovacuum, of the five tables with most.",
            "none",
            Query("topk(5, pg_stat_user_tables_n_dead_tup)", "{{relname}}"),
        ),
    )
    board = board.with_row(Row("Storage"))
    for panel in panels:
        board = board.with_panel(panel)
    return board


def _logs(board: Dashboard) -> Dashboard:
    by_level = Query('sum by (level) (rate({service="database"} [$__auto]))', "{{level}}")
    return (
        board.with_row(Row("Logs"))
        .with_panel(counted_lines("Lines by level", "Log lines a second.", "cps", by_level, span=24))
        .with_panel(lines("Lines", "What PostgreSQL itself says.", '{service="database"}'))
    )
