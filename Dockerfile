# Debian, not Alpine: the Temporal SDK has no binaries for musl.
FROM node:24-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --global npm@11 && npm ci --no-audit --no-fund
COPY . .
RUN npm run build

FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm install --global npm@11 && npm ci --omit=dev --no-audit --no-fund

FROM node:24-bookworm-slim
# The SDK reads the system's certificates even where the connection to Temporal has no TLS.
# `--build-arg BROWSER=yes`: for consoles that a browser drives, with a font that has Chinese characters; some 400 MB more.
ARG BROWSER=
RUN apt-get update \
  && apt-get install -y --no-install-recommends ca-certificates ${BROWSER:+chromium-headless-shell fonts-noto-cjk} \
  && rm -rf /var/lib/apt/lists/*
ENV NODE_ENV=production NODE_OPTIONS=--max-old-space-size=1536 QYS_E10_DATA=/data
WORKDIR /app
COPY --from=dependencies /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
COPY package.json LICENSE ./
COPY bin ./bin
RUN install --directory --owner=node --group=node --mode=0700 /data
VOLUME /data
USER node
ENTRYPOINT ["node", "bin/qys-e10.mjs"]
CMD ["worker"]
