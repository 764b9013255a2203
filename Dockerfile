# The worker and the `recon` command: production packages only, workflows compiled beforehand, an unprivileged user, and nothing
# to be written but /tmp and volumes. Stages: packages -> compiled -> app -> emulators (sandbox, never in production) | worker (the last: the default).

FROM node:24.21.0-bookworm-slim AS packages
WORKDIR /app
COPY package.json package-lock.json ./
COPY scripts/slim-packages.ts scripts/slim-packages.ts
# Nothing that is installed runs a script of its own.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund \
  && node scripts/slim-packages.ts node_modules

FROM packages AS compiled
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY sql sql
COPY worker worker
COPY scripts/prepare-image.ts scripts/prepare-image.ts
# With the flags that the worker is started with below.
RUN node scripts/prepare-image.ts /app/compiled --max-old-space-size=192 --max-semi-space-size=8

FROM node:24.21.0-bookworm-slim AS app
# npm is of no use at run time, and what is not there needs no patches. The folders under /secrets are where named volumes are mounted:
# an empty volume takes over their owner.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn-* \
  && install -d -o 10001 -g 10001 /secrets/database /secrets/temporal /secrets/recon /secrets/grafana /var/lib/recon \
  && install -d -o 10001 -g 10001 /run/recon \
  && install -o 10001 -g 10001 -m 644 /dev/null /run/recon/.keep
# The authorities of Amazon's databases, for sslmode=verify-full. Amazon adds to this file without changing its name.
ADD --chmod=444 https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem /etc/ssl/certs/rds-global-bundle.pem
WORKDIR /app
COPY --from=packages /app/node_modules node_modules
COPY --from=compiled /app/compiled compiled
COPY package.json package-lock.json LICENSE ./
COPY domain domain
COPY workflows workflows
COPY activities activities
COPY sql sql
COPY worker worker
COPY local local
COPY client client
ENV NODE_ENV=production \
    RECON_BUNDLE_FOLDER=/app/compiled/workflows \
    NODE_COMPILE_CACHE=/app/compiled/modules \
    RECON_CONFIG=/etc/recon/recon.yaml
USER 10001:10001

FROM app AS emulators
COPY sandbox sandbox
COPY compose compose
CMD ["node", "sandbox/main.ts"]

FROM app AS worker
ARG RECON_CODE_VERSION=dev
ENV RECON_CODE_VERSION=${RECON_CODE_VERSION}
LABEL org.opencontainers.image.title="recon" \
      org.opencontainers.image.description="Daily payment reconciliation on Temporal and PostgreSQL" \
      org.opencontainers.image.licenses="Apache-2.0" \
      org.opencontainers.image.revision="${RECON_CODE_VERSION}"
# Answers while the process is alive and not stuck; whether it should get work is /readyz (monitoring.listen in recon.yaml).
HEALTHCHECK --interval=30s --timeout=5s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch('http://127.0.0.1:9464/healthz').then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Where the root is read-only: the configuration is written here before the start (terraform/modules/task). Fargate gives a mounted
# folder this one's owner only because it is declared, and has something in it as in Amazon's example.
VOLUME ["/run/recon"]
STOPSIGNAL SIGTERM
CMD ["node", "--max-old-space-size=192", "--max-semi-space-size=8", "worker/main.ts"]
