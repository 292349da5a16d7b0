"""The launcher is no installed package: `bin/` is put on the path as the commands themselves have it."""

import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

BIN = Path(__file__).resolve().parents[2] / "bin"
sys.path.insert(0, str(BIN))

from _launcher.pgsettings import TEST_SETTINGS  # noqa: E402 - after the path is set
from _launcher.postgres import Cluster  # noqa: E402 - after the path is set

SMALL = {"max_connections": "10", "shared_buffers": "8MB", "max_locks_per_transaction": "64"}


@pytest.fixture
def cluster(tmp_path: Path) -> Iterator[Cluster]:
    """A throw-away cluster on the programs of the running environment; stopped afterwards."""
    made = Cluster(
        tmp_path / "postgres",
        Path(sys.prefix),
        database="probe",
        settings={
            **TEST_SETTINGS,
            **SMALL,
            "fsync": "on",
            "full_page_writes": "on",
            "synchronous_commit": "on",
        },
        disposable=True,
    )
    yield made
    made.stop()
    made.release()
    shutil.rmtree(made.home, ignore_errors=True)  # under root it stands outside tmp_path
