# syntax=docker/dockerfile:1
# The production image: web, worker, beat, migrations and back-ups run from it with another command.
# BASE may name any Debian image with Python 3.11 or newer and its venv module. Its client programs of
# PostgreSQL must be at least as new as the server (Debian 13 has 17, as docker-compose.yml).
ARG BASE=docker.io/library/python:3.13-slim-trixie

FROM ${BASE} AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /srv/app
RUN python3 -m venv /srv/venv
COPY requirements.lock ./
RUN /srv/venv/bin/pip install --require-hashes -r requirements.lock
COPY manage.py pyproject.toml ./
COPY deventer_crm deventer_crm
COPY accounts accounts
COPY employers employers
COPY meetings meetings
COPY budget budget
COPY templates templates
COPY static static
# Collecting static files connects to nothing; these values only let the settings load.
RUN SECRET_KEY=only-for-this-step ALLOWED_HOSTS=localhost \
    DATABASE_URL=postgres://nobody@nowhere/none REDIS_URL=redis://nowhere/0 \
    DJANGO_SETTINGS_MODULE=deventer_crm.settings.production \
    /srv/venv/bin/python manage.py collectstatic --no-input --verbosity 0 \
    && /srv/venv/bin/python -m compileall -q deventer_crm accounts employers meetings budget

FROM ${BASE}
ENV PATH=/srv/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=deventer_crm.settings.production \
    MEDIA_ROOT=/srv/media
# pg_dump, pg_restore and psql for back-ups. Debian keeps only the newest of a release: naming one breaks the
# build at the next security update.
# hadolint ignore=DL3008
RUN apt-get update \
    && apt-get install --yes --no-install-recommends postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 crm \
    && useradd --uid 10001 --gid crm --no-create-home --shell /usr/sbin/nologin crm \
    && install -d -o crm -g crm /srv/media /srv/backups
WORKDIR /srv/app
COPY --from=build /srv/venv /srv/venv
COPY --from=build /srv/app /srv/app
USER 10001:10001
EXPOSE 8000
VOLUME ["/srv/media", "/srv/backups"]
HEALTHCHECK --interval=15s --timeout=5s --start-period=30s --retries=3 \
    CMD ["python", "-c", "import urllib.request as u; u.urlopen(u.Request('http://127.0.0.1:8000/livez', headers={'Host': 'localhost'}), timeout=4)"]
CMD ["gunicorn", "deventer_crm.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--preload", "--no-control-socket", "--worker-tmp-dir", "/dev/shm", \
     "--graceful-timeout", "20", "--timeout", "60"]
