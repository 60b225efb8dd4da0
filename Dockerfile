# Rally'nov, dans une image sans outil de construction, qui tourne sans droits et sur une racine en lecture seule.
#   docker build -t rallynov . && docker run --rm -p 127.0.0.1:8000:8000 -v rallynov:/donnees rallynov
FROM python:3.11-slim-bookworm AS build
ENV UV_COMPILE_BYTECODE=1 UV_LINK_MODE=copy UV_NO_CACHE=1 UV_PYTHON_DOWNLOADS=never UV_PROJECT_ENVIRONMENT=/opt/rallynov
RUN pip install --no-cache-dir --root-user-action=ignore uv==0.13.9
WORKDIR /src
COPY pyproject.toml uv.lock ./
RUN uv sync --locked --no-dev --no-install-project
COPY README.md LICENSE ./
COPY locales locales
COPY rallynov rallynov
COPY bot bot
RUN uv sync --locked --no-dev --no-editable

FROM python:3.11-slim-bookworm
# postgresql-client : pg_dump et pg_restore, pour les sauvegardes d'une base PostgreSQL (15, comme celle de compose.yaml).
RUN apt-get update \
    && apt-get install -y --no-install-recommends ca-certificates postgresql-client \
    && rm -rf /var/lib/apt/lists/* \
    && groupadd --gid 10001 rallynov \
    && useradd --uid 10001 --gid rallynov --home-dir /donnees --no-create-home --shell /usr/sbin/nologin rallynov \
    && install -d -o rallynov -g rallynov -m 0700 /donnees
COPY --from=build /opt/rallynov /opt/rallynov
ENV PATH=/opt/rallynov/bin:$PATH PYTHONUNBUFFERED=1 PYTHONDONTWRITEBYTECODE=1 \
    RALLYNOV_DATA_DIR=/donnees RALLYNOV_WEB_HOST=0.0.0.0 RALLYNOV_WEB_PORT=8000 RALLYNOV_LOG_FORMAT=json
USER 10001:10001
WORKDIR /donnees
VOLUME /donnees
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/readyz', timeout=8)"]
ENTRYPOINT ["rallynov"]
CMD ["run"]
