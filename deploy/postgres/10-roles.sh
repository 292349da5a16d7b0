#!/bin/sh
# Runs once, when the database volume is new: the two roles of Bahi and the extensions.
# bahi_owner owns the database, provisions and migrates; bahi_app serves people and owns nothing.
set -eu

psql -v ON_ERROR_STOP=1 -v owner_password="$BAHI_OWNER_PASSWORD" -v app_password="$BAHI_APP_PASSWORD" \
  --username "$POSTGRES_USER" --dbname postgres <<'SQL'
CREATE ROLE bahi_owner LOGIN CREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'owner_password';
CREATE ROLE bahi_app LOGIN NOCREATEDB NOSUPERUSER NOCREATEROLE PASSWORD :'app_password';
GRANT pg_signal_backend TO bahi_owner;
ALTER DATABASE bahi OWNER TO bahi_owner;
SQL

for database in template1 "$POSTGRES_DB"; do
  psql -v ON_ERROR_STOP=1 --username "$POSTGRES_USER" --dbname "$database" <<'SQL'
CREATE EXTENSION IF NOT EXISTS pg_trgm SCHEMA public;
CREATE EXTENSION IF NOT EXISTS btree_gist SCHEMA public;
CREATE EXTENSION IF NOT EXISTS unaccent SCHEMA public;
CREATE EXTENSION IF NOT EXISTS citext SCHEMA public;
SQL
done
