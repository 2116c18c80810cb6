#!/bin/sh
# Creates and updates Temporal's two databases. Safe to run again, and to be run by the next server version: an upgrade
# applies the schema first. Versions go up one minor at a time.
set -eu

tool() {
  database=$1
  shift
  temporal-sql-tool --plugin postgres12 --endpoint "$POSTGRES_SEEDS" --port "$DB_PORT" \
    --user "$POSTGRES_USER" --password "$POSTGRES_PWD" --database "$database" "$@"
}

prepare() {
  database=$1
  schema=/etc/temporal/schema/postgresql/v12/$2/versioned
  [ -d "$schema" ] || { echo "no schema in this image at $schema" >&2; exit 1; }
  tool "$database" create
  # Version 0 only where there is none: set-up on a filled database would start it over.
  tool "$database" update-schema --schema-dir "$schema" || {
    tool "$database" setup-schema --version 0.0
    tool "$database" update-schema --schema-dir "$schema"
  }
}

prepare temporal temporal
prepare temporal_visibility visibility
