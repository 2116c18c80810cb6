#!/bin/sh
# Creates and updates Temporal's two databases. Safe to run again, and to be run by the next server version: an upgrade
# applies the schema first. Versions go up one minor at a time.
set -eu

export SQL_PLUGIN=postgres12 SQL_HOST="$POSTGRES_SEEDS" SQL_PORT="$DB_PORT" SQL_USER="$POSTGRES_USER"
export SQL_PASSWORD="$POSTGRES_PWD" # by the environment: a process list shows arguments to everybody

prepare() {
  export SQL_DATABASE="$1"
  schema="${SCHEMA_DIR:-/etc/temporal/schema/postgresql/v12}/$2/versioned"
  [ -d "$schema" ] || { echo "no schema in this image at $schema" >&2; exit 1; }
  # The first two change nothing where there is a database already.
  temporal-sql-tool create
  temporal-sql-tool setup-schema --version 0.0
  temporal-sql-tool update-schema --schema-dir "$schema"
}

prepare temporal temporal
prepare temporal_visibility visibility
