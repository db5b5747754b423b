# One image for web, worker, beat and migrate: docker-compose.yml names the command.
FROM python:3.11-slim

ENV PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    DJANGO_SETTINGS_MODULE=portal.settings \
    PORTAL_HOME=/srv/portal-home

WORKDIR /srv/portal

COPY requirements-production.lock ./
RUN pip install --no-cache-dir --disable-pip-version-check --require-hashes \
    --requirement requirements-production.lock

COPY . .

# Static files are part of the image; the key serves this step only and is kept nowhere.
# Uploads go to the volume mounted at media.
RUN useradd --system --uid 10001 --no-create-home portal \
    && SECRET_KEY=build python manage.py collectstatic --noinput --verbosity 0 \
    && mkdir -p "$PORTAL_HOME/media" \
    && chown -R portal:portal "$PORTAL_HOME"

USER portal
EXPOSE 8000

# The heartbeat file of each worker lies in memory: on a slow disk it makes gunicorn kill healthy
# workers. Workers are replaced before a slow leak matters.
CMD ["gunicorn", "portal.wsgi", "--bind", "0.0.0.0:8000", \
     "--workers", "2", "--threads", "4", \
     "--timeout", "60", "--graceful-timeout", "30", \
     "--max-requests", "2000", "--max-requests-jitter", "200", \
     "--limit-request-line", "4094", \
     "--worker-tmp-dir", "/dev/shm", "--no-control-socket", \
     "--access-logfile", "-"]
