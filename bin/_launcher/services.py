"""What a process of ours needs in its environment: databases, secret key, data folder."""

import base64
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager

from .console import LauncherError, step
from .files import read_or_create
from .layout import Layout
from .pgsettings import SMALL_SETTINGS, TEST_SETTINGS
from .postgres import Cluster
from .roles import APP, OWNER, SUPERUSER


def small_profile() -> bool:
    """BAHI_PROFILE=small: everything in 512 MB."""
    return os.environ.get("BAHI_PROFILE", "") == "small"


def named_databases() -> dict[str, str]:
    """DATABASE_URL and DATABASE_OWNER_URL when the caller names real servers; empty for the embedded one."""
    names = ("DATABASE_URL", "DATABASE_OWNER_URL")
    given = {name: os.environ[name] for name in names if os.environ.get(name)}
    if given and len(given) < len(names):
        missing = next(name for name in names if name not in given)
        raise LauncherError(
            f"{next(iter(given))} is set but {missing} is not. Bahi works with two roles: "
            "DATABASE_OWNER_URL owns the database, provisions and migrates; DATABASE_URL serves people "
            "and owns nothing. Set both, or neither."
        )
    return given


def main_cluster(layout: Layout) -> Cluster:
    """The cluster that holds the installation's data."""
    settings = SMALL_SETTINGS if small_profile() else {}
    return Cluster(layout.data / "postgres", layout.venv, settings=dict(settings))


def side_cluster(layout: Layout, name: str, *, durable: bool) -> Cluster:
    """A cluster of its own for tests or benchmarks, so that they never touch the installation's data."""
    settings = {} if durable else dict(TEST_SETTINGS)
    return Cluster(layout.data / name, layout.venv, f"bahi_{name}", settings=settings, disposable=True)


@contextmanager
def databases(
    cluster: Cluster, *, die_with_parent: bool = False, superuser: bool = False
) -> Iterator[dict[str, str]]:
    """Database variables for children, with the embedded server up meanwhile; stopped again by its last user.

    Only tests and benchmarks ask for the superuser's address; nothing that serves people gets it.
    """
    given = named_databases()
    if given:
        yield given
        return
    if cluster.is_ready():
        cluster.start(die_with_parent=die_with_parent)
    else:
        with step("Starting PostgreSQL"):
            cluster.start(die_with_parent=die_with_parent)
    try:
        variables = {"DATABASE_URL": cluster.url(APP), "DATABASE_OWNER_URL": cluster.url(OWNER)}
        if superuser:
            variables["DATABASE_SUPER_URL"] = cluster.url(SUPERUSER)
        yield variables
    finally:
        cluster.release()


def environment_for(layout: Layout, database_variables: dict[str, str]) -> dict[str, str]:
    """The environment of manage.py, web and worker."""
    key = os.environ.get("SECRET_KEY") or read_or_create(layout.secret_key, lambda: secrets.token_urlsafe(64))
    if not os.environ.get("BAHI_SECRETS_KEYS"):
        read_or_create(layout.secrets_keys, _new_secrets_key)
    environment = {
        **os.environ,
        **database_variables,
        "SECRET_KEY": key,
        "BAHI_DATA": str(layout.data),
        "PYTHONUNBUFFERED": "1",
        "PYTHONUTF8": "1",
        # Compiled once for all processes, and nothing of it in the checkout (which may not be writable).
        "PYTHONPYCACHEPREFIX": str(layout.data / "pycache"),
        "VIRTUAL_ENV": str(layout.venv),
        "PATH": f"{layout.venv / 'bin'}{os.pathsep}{os.environ.get('PATH', os.defpath)}",
    }
    for name in ("PYTHONHOME", "PYTHONDONTWRITEBYTECODE"):
        environment.pop(name, None)
    # glibc gives each thread its own arena; two keep a threaded server's memory close to what it uses.
    environment.setdefault("MALLOC_ARENA_MAX", "2")
    return environment


def _new_secrets_key() -> str:
    """A line of apps.core.secrets' file of keys (the launcher runs before the packages are there)."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(32)).decode()}"
