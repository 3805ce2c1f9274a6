#!/bin/sh
# Brings both databases of Temporal to the schema of this version; makes them the first time. SQL_HOST, SQL_PORT, SQL_USER and
# SQL_PASSWORD say where.
set -eu
for database in temporal temporal_visibility; do
  tool() { temporal-sql-tool --plugin postgres12 --db "$database" "$@"; }
  schema=postgresql/v12/${database#temporal_}
  tool update-schema --schema-name "$schema" || {
    tool create
    tool setup-schema --version 0.0
    tool update-schema --schema-name "$schema"
  }
done
