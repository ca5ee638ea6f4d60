# One image for notes, hello, jobs, auth and the migrations: the role is the command.
# `./inv image` builds it and gives the arguments; two builds of one commit have the same layers. Times of files are a
# constant (1980, the earliest that a zip file can hold): the builder's cache goes by content and would keep older ones.
# SOURCE_DATE_EPOCH, which the builder itself reads, is the commit's time and becomes the image's.
FROM python:3.14-slim AS base
SHELL ["/bin/sh", "-euc"]


# What the application needs, from the hashed lock. A change of code touches neither this stage nor the layer made of it.
# Tests, sources of translations and types of what is compiled are read by nobody at run time.
FROM base AS packages
ENV PYTHONHASHSEED=0
# any version of binutils will do
# hadolint ignore=DL3008
RUN apt-get update -qq; apt-get install -qq -y --no-install-recommends binutils; rm -rf /var/lib/apt/lists/*
COPY requirements/app.txt requirements/compile.py /requirements/
RUN python -m venv --without-pip /venv; \
    pip --python /venv/bin/python install --no-cache-dir --no-compile --no-deps --only-binary :all: --require-hashes \
        -r /requirements/app.txt; \
    find /venv -type d -name testing -prune -exec rm -r {} +; \
    find /venv -type f \( -name '*.po' -o -name '*.pyi' \) -delete; \
    find /venv -path '*/sqlalchemy/*.so' -exec strip --strip-debug {} +; \
    /venv/bin/python /requirements/compile.py /stdlib; \
    find /venv /stdlib -exec touch --no-dereference --date=@315532800 {} +


# The files that a build mounts while it runs a command, and removes again, which else leaves its time on /etc.
FROM base AS mounted
RUN mkdir /mounted; : >/mounted/hosts; : >/mounted/resolv.conf; touch --date=@315532800 /mounted/* /mounted


FROM base AS code
ENV PYTHONHASHSEED=0
WORKDIR /app
COPY notes notes
COPY services services
# checked-hash: `up --watch` puts newer sources beside these compiled ones, which must then lose
RUN python -m compileall -q --invalidation-mode checked-hash .; \
    chmod -R u=rwX,go=rX .; \
    find . -exec touch --no-dereference --date=@315532800 {} +


FROM base AS deploy
# No pip. Folders are made anew instead of files being removed: a removal in a layer carries the time of the build.
COPY --from=mounted /mounted /etc
RUN lib=/usr/local/lib/python3.14; \
    mkdir /keep; cp -a /usr/local/bin/py* /keep; \
    for folder in /usr/local/bin $lib/site-packages $lib/ensurepip /usr/share/python-wheels; do \
        if [ -d "$folder" ]; then rm -r "$folder"; mkdir "$folder"; fi; \
    done; \
    cp -a /keep/. /usr/local/bin; rm -r /keep; \
    touch --date=@315532800 /usr/local /usr/local/bin $lib $lib/site-packages $lib/ensurepip /usr/share /usr/share/python-wheels*
COPY --from=packages /stdlib /usr/local/lib/python3.14
COPY --from=packages /venv /venv
COPY --from=code /app /app
ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    NOTES_BIND=0.0.0.0:8000 \
    NOTES_METRICS_BIND=0.0.0.0:9100
WORKDIR /app
# a number, so that Kubernetes can see that it is not root
USER 10001:10001
EXPOSE 8000 9100
# in the first seconds often, so that whoever waits for it does not wait longer than it takes
HEALTHCHECK --interval=10s --timeout=4s --retries=3 --start-period=30s --start-interval=0.5s \
    CMD ["/usr/local/bin/python3", "-I", "-S", "/app/notes/serving/probe.py"]
CMD ["python", "-m", "gunicorn", "-c", "python:notes.serving.gunicorn_conf", "notes:create_app()"]
# last, because they change with every commit
ARG VERSION=unknown
ARG COMMIT=unknown
ARG CREATED=1980-01-01T00:00:00Z
LABEL org.opencontainers.image.title="notes-platform" \
      org.opencontainers.image.description="A small team's Markdown notes, with the services beside them" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.version="$VERSION" \
      org.opencontainers.image.revision="$COMMIT" \
      org.opencontainers.image.created="$CREATED"
