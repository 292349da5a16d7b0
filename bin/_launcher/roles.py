"""The two database roles and the extensions, as SQL that may run any number of times.

`bahi_owner` owns the database and makes other ones: it provisions and migrates. `bahi_app` serves people: it
owns nothing, so that triggers and privileges on ledgers bind it.
"""

SUPERUSER = "bahi_super"
OWNER = "bahi_owner"
APP = "bahi_app"
EXTENSIONS = ("pg_trgm", "btree_gist", "unaccent", "citext")


def provision_statements(database: str, owner_password: str, app_password: str) -> list[tuple[str, str]]:
    """(database to connect to, SQL) in the order to run."""
    extensions = "".join(f'CREATE EXTENSION IF NOT EXISTS "{name}" SCHEMA public;\n' for name in EXTENSIONS)
    # psql's \\gexec runs the statement that the query builds: none when the database is there.
    make_database = f"""
        SELECT format('CREATE DATABASE %I OWNER {OWNER}', {_literal(database)})
        WHERE NOT EXISTS (SELECT FROM pg_database WHERE datname = {_literal(database)}) \\gexec
    """  # noqa: S608 - quoted by _literal
    return [
        ("postgres", _role(OWNER, owner_password, "CREATEDB") + _role(APP, app_password, "NOCREATEDB")),
        # DROP DATABASE … WITH (FORCE) by the owner has to end sessions of the run-time role.
        ("postgres", f"GRANT pg_signal_backend TO {OWNER};"),
        # Databases made later (tests, scratch copies) come from template1 and get the extensions with it.
        ("template1", extensions),
        ("postgres", make_database),
        (database, extensions),
    ]


def _role(name: str, password: str, rights: str) -> str:
    attributes = f"LOGIN NOSUPERUSER NOCREATEROLE {rights} PASSWORD {_literal(password)}"
    return f"""
        DO $do$ BEGIN
          IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = '{name}') THEN CREATE ROLE "{name}"; END IF;
        END $do$;
        ALTER ROLE "{name}" {attributes};
    """


def _literal(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
