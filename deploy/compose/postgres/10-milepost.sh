#!/bin/sh
# A role of its own that is no superuser: row-level security, the second wall between tenants, does not bind superusers.
set -eu
psql --set ON_ERROR_STOP=1 --set password="$MILEPOST_DATABASE_PASSWORD" --username postgres <<'SQL'
CREATE ROLE milepost LOGIN PASSWORD :'password';
CREATE DATABASE milepost OWNER milepost;
SQL
