"""A place in memory for the databases of the tests.

A copy of the template is seven thousand small files: five seconds of the kernel on a disk, a quarter of one
in memory. Tests make more than a hundred copies.
"""

import hashlib
import shutil
from pathlib import Path

from .postgres import Cluster
from .roles import OWNER

MEMORY = Path("/dev/shm")  # noqa: S108 - the system's own folder in memory
ROOM = 2 * 1024**3
NAME = "tests_in_memory"
WHERE_IT_IS = "SELECT pg_tablespace_location(oid) FROM pg_tablespace WHERE spcname = 'tests_in_memory'"
WHAT_IS_IN_IT = """
SELECT datname FROM pg_database d JOIN pg_tablespace t ON t.oid = d.dattablespace
WHERE spcname = 'tests_in_memory'
"""


def tablespace_in_memory(cluster: Cluster, memory: Path = MEMORY) -> str:
    """The name of a tablespace in memory for the running cluster; empty where there is no room for one.

    What a restart of the machine took with it is dropped and made anew.
    """
    if not memory.is_dir() or shutil.disk_usage(memory).free < ROOM:
        return ""
    folder = memory / f"bahi-{hashlib.sha256(str(cluster.home).encode()).hexdigest()[:12]}"
    stands = cluster.superuser_sql(WHERE_IT_IS).strip()
    if stands == str(folder) and any(folder.glob("PG_*")):
        return NAME
    if stands:
        _drop(cluster)
    if not _made(folder, cluster):
        return ""
    cluster.superuser_sql(
        f"CREATE TABLESPACE {NAME} LOCATION '{folder}'; GRANT CREATE ON TABLESPACE {NAME} TO {OWNER};"
    )
    return NAME


def _drop(cluster: Cluster) -> None:
    for name in cluster.superuser_sql(WHAT_IS_IN_IT).split():
        cluster.superuser_sql(f'DROP DATABASE "{name}" WITH (FORCE)')
    cluster.superuser_sql(f"DROP TABLESPACE {NAME}")


def _made(folder: Path, cluster: Cluster) -> bool:
    """Make an empty folder of the server's account; False where another one's stands in its place."""
    try:
        if folder.exists():
            shutil.rmtree(folder)
        folder.mkdir(mode=0o700)
        cluster.account.own(folder)
    except OSError:
        return False
    return True
