#!/bin/sh
# Brings both databases of Temporal to the schema of this version; makes them the first time.
set -eu
for database in temporal temporal_visibility; do
  tool() { temporal-sql-tool --plugin postgres12 --ep postgresql --port 5432 --user temporal --db "$database" "$@"; }
  folder=/etc/temporal/schema/postgresql/v12/${database#temporal_}/versioned
  tool update-schema --schema-dir "$folder" || {
    tool create
    tool setup-schema --version 0.0
    tool update-schema --schema-dir "$folder"
  }
done
