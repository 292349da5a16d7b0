"""Template databases of the tests: built by the owner's role, copied in about a second."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
from pathlib import Path

import psycopg
from psycopg import sql

ROOT = Path(__file__).resolve().parents[2]


def owner_url(database: str = "postgres") -> str:
    base = os.environ["DATABASE_OWNER_URL"]
    return f"{base.rsplit('/', 1)[0]}/{database}"


def run_time_url(database: str) -> str:
    return f"{os.environ['DATABASE_URL'].rsplit('/', 1)[0]}/{database}"


def template_key() -> str:
    """Changes with any migration, model, seed or permission table, and with the list of apps in the settings.

    Asks nothing of Django: the benches come here before it is set up.
    """
    digest = hashlib.sha256((ROOT / "config/settings/base.py").read_bytes())
    names = (
        "migrations/*.py",
        "seeds.py",
        "permissions.py",
        "services/schema_build.py",
        "services/provisioning.py",
    )
    for pattern in names:
        for path in sorted(ROOT.glob(f"apps/*/{pattern}")):
            digest.update(path.relative_to(ROOT).as_posix().encode() + path.read_bytes())
    for path in sorted(ROOT.glob("apps/*/seeding/**/*")):
        if path.is_file():
            digest.update(path.read_bytes())
    digest.update(Path(__file__).read_bytes())
    return digest.hexdigest()[:12]


def template_name() -> str:
    return f"bahi_tpl_{template_key()}"


def _owner() -> psycopg.Connection:
    return psycopg.connect(owner_url(), autocommit=True)


def copy_for(worker: str) -> str:
    """A fresh copy of the template (built first when missing); returns its name.

    It stands in memory where ``bin/test`` found room for it.
    """
    template = template_name()
    name = f"bahi_run_{hashlib.sha256(str(ROOT).encode()).hexdigest()[:6]}_{os.getpid()}_{worker}"
    with _owner() as owner:
        owner.execute("SELECT pg_advisory_lock(90210)")
        exists = owner.execute("SELECT 1 FROM pg_database WHERE datname = %s", [template]).fetchone()
        if not exists:
            _build(owner, template)
        _drop(owner, name)
        command = sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY FILE_COPY").format(
            sql.Identifier(name), sql.Identifier(template)
        )
        if space := os.environ.get("BAHI_TEST_TABLESPACE"):
            command += sql.SQL(" TABLESPACE {}").format(sql.Identifier(space))
        owner.execute(command)
    return name


def comment_of(name: str) -> str | None:
    """The comment of a database; None when there is no such database (or no comment)."""
    with _owner() as owner:
        found = owner.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", [name]
        ).fetchone()
    return found[0] if found else None


def rename(name: str, new: str, *, comment: str) -> None:
    """Give a database another name and a comment."""
    with _owner() as owner:
        _drop(owner, new)
        owner.execute(
            sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(name), sql.Identifier(new))
        )
        owner.execute(
            sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(new), sql.Literal(comment))
        )


def drop(name: str) -> None:
    with _owner() as owner:
        _drop(owner, name)


def _drop(owner: psycopg.Connection, name: str) -> None:
    owner.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _build(owner: psycopg.Connection, template: str) -> None:
    building = f"{template}_new"
    _drop(owner, building)
    owner.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(building)))
    _manage(building, "setup_database")
    _manage(building, "create_organisation", "acme", "--admin", "asha@acme.example")
    _manage(building, "create_organisation", "zenith", "--admin", "zoya@zenith.example")
    owner.execute(
        sql.SQL("ALTER DATABASE {} RENAME TO {}").format(sql.Identifier(building), sql.Identifier(template))
    )
    for (old,) in (
        owner.execute(
            "SELECT datname FROM pg_database WHERE datname LIKE 'bahi_tpl_%%' AND datname <> %s "
            "AND (pg_stat_file('base/' || oid || '/PG_VERSION')).modification < now() - interval '2 days'",
            [template],
        ).fetchall()
        if _may_stat(owner)
        else []
    ):
        _drop(owner, old)


def _may_stat(owner: psycopg.Connection) -> bool:
    return bool(
        owner.execute("SELECT pg_has_role(current_user, 'pg_read_server_files', 'member')").fetchone()[0]
    )


def _manage(database: str, *args: str) -> None:
    env = {
        **os.environ,
        "DATABASE_URL": run_time_url(database),
        "DATABASE_OWNER_URL": owner_url(database),
        "DJANGO_SETTINGS_MODULE": "config.settings.test",
    }
    result = subprocess.run(
        [sys.executable, "manage.py", *args], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise RuntimeError(f"manage.py {' '.join(args)} failed:\n{result.stdout}\n{result.stderr}")
