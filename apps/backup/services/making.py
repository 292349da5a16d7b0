"""Makes a backup of the organisation in use: one snapshot of its tables, and its files."""

from __future__ import annotations

import gzip
import hashlib
import io
import json
import tarfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from tempfile import NamedTemporaryFile, TemporaryFile
from typing import IO, Any

from django.conf import settings
from django.db import connection, transaction
from django.db.migrations.recorder import MigrationRecorder
from django.utils import timezone

from apps.backup.keys import keyring
from apps.backup.services.public_side import public_read
from apps.backup.tables import reading_settings, rows_out, sequences_of, tables_of
from apps.backup.targets import Stored, Target, backup_target
from apps.core.errors import NotFound
from apps.core.sealed_stream import EncryptingWriter, FileDamaged
from apps.core.tenant import current_organisation, current_schema
from apps.core.work_folder import work_folder
from apps.files.models import StoredFile
from apps.files.services.content import blocks
from apps.files.services.storage import file_open
from apps.tenancy.models import Organisation

Progress = Callable[[int, int], None]
KEPT = (
    "name", "enabled_modules", "country", "currency", "time_zone", "language", "fiscal_year_start", "accent",
    "operator_access", "number_format", "date_format",
)  # fmt: skip
FORMAT = 1


@dataclass(frozen=True)
class Made:
    """name: where it lies in the target; rows and files: how many; seconds: how long it took."""

    name: str
    size: int
    tables: int
    rows: int
    files: int
    seconds: float


def backup_make(*, progress: Progress = lambda done, total: None, target: Target | None = None) -> Made:
    """Back up the organisation in use into the target, else into the installation's. Only reads; others go on
    working meanwhile."""
    started = time.monotonic()
    schema = current_schema()
    organisation = Organisation.objects.get(pk=current_organisation().pk)  # as it is now
    name = f"{organisation.slug}/{organisation.slug}-{timezone.now():%Y%m%d-%H%M%S}.bahibackup"
    head = {"organisation": organisation.slug, "made": timezone.now().isoformat(), "format": FORMAT}
    work = work_folder()
    with NamedTemporaryFile(dir=work, suffix=".part") as file:
        with EncryptingWriter(file, keyring(), head) as stream, _tar(stream) as tar:
            with snapshot():
                manifest, files = _tables_out(tar, organisation, schema, work)
            _files_out(tar, files, manifest, progress, work)
            _member(tar, "manifest.json", json.dumps(manifest, indent=1).encode())
        file.flush()
        size = Path(file.name).stat().st_size
        (target or backup_target()).put(name, Path(file.name))
    rows = sum(table["rows"] for table in manifest["tables"].values())
    seconds = time.monotonic() - started
    return Made(name, size, len(manifest["tables"]), rows, len(manifest["files"]), seconds)


@contextmanager
def _tar(stream: Any) -> Iterator[tarfile.TarFile]:
    with (
        gzip.GzipFile(fileobj=stream, mode="wb", compresslevel=3) as packed,
        tarfile.open(fileobj=packed, mode="w|", format=tarfile.PAX_FORMAT) as tar,
    ):
        yield tar


@contextmanager
def snapshot() -> Iterator[None]:
    """All tables as they are at one moment."""
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        reading_settings()
        yield


def _tables_out(
    tar: tarfile.TarFile, organisation: Any, schema: str, work: Path
) -> tuple[dict[str, Any], list[StoredFile]]:
    """The manifest so far, and the files that the rows of the snapshot name."""
    manifest: dict[str, Any] = {
        "format": FORMAT,
        "schema": schema,
        "organisation": {field: getattr(organisation, field) for field in KEPT},
        "public": public_read(organisation),
        "migrations": migrations_applied(),
        "sequences": sequences_of(schema),
        "tables": {table.name: _table_out(tar, schema, table, work) for table in tables_of(schema)},
        "files": {},
        "missing_files": [],
        "unreadable_files": [],
    }
    return manifest, list(StoredFile.objects.order_by("pk"))


def _files_out(
    tar: tarfile.TarFile, files: list[StoredFile], manifest: dict[str, Any], progress: Progress, work: Path
) -> None:
    """Outside the snapshot, so that progress can be written: what a stored file says never changes."""
    for number, row in enumerate(files, start=1):
        _file_out(tar, row, manifest, work)
        if number % 50 == 0 or number == len(files):
            progress(number, len(files))


def migrations_applied() -> list[list[str]]:
    """Migrations of the schema in use, as [app, name]: a restore needs the same ones."""
    return sorted([row.app, row.name] for row in MigrationRecorder(connection).migration_qs)


def _table_out(tar: tarfile.TarFile, schema: str, table: Any, work: Path) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with TemporaryFile(dir=work) as spool:
        for block in rows_out(schema, table):
            digest.update(block)
            count += block.count(b"\n")
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        _member(tar, f"tables/{table.name}", spool, size)
    return {"columns": list(table.columns), "rows": count, "sha256": digest.hexdigest()}


def _file_out(tar: tarfile.TarFile, row: StoredFile, manifest: dict[str, Any], work: Path) -> None:
    """The plain content: the backup is encrypted itself, and opens without the keys of stored files."""
    digest = hashlib.sha256()
    try:
        stream = file_open(row)
    except NotFound:
        manifest["missing_files"].append(row.path)
        return
    except FileDamaged:
        manifest["unreadable_files"].append(row.path)
        return
    with stream, TemporaryFile(dir=work) as spool:
        for block in blocks(stream):
            digest.update(block)
            spool.write(block)
        size = spool.tell()
        spool.seek(0)
        _member(tar, f"files/{row.path}", spool, size)
    manifest["files"][row.path] = digest.hexdigest()


def _member(tar: tarfile.TarFile, name: str, content: bytes | IO[bytes], size: int = 0) -> None:
    info = tarfile.TarInfo(name)
    if isinstance(content, bytes):
        size, content = len(content), io.BytesIO(content)
    info.size, info.mtime = size, int(time.time())
    tar.addfile(info, content)


# --- what there is -----------------------------------------------------------------------------------


def backups_of(slug: str) -> list[Stored]:
    """Backups of an organisation where the installation keeps them, newest first; also of one that was
    deleted."""
    return list(reversed(backup_target().list(slug)))


def backups_prune(slug: str, *, target: Target | None = None, days: int | None = None) -> int:
    """Keep every backup of the last days and one a week before; remove the rest. Returns how many went."""
    shelf = target or backup_target()
    daily, weekly = days or settings.BACKUP_KEEP_DAYS, settings.BACKUP_KEEP_WEEKS
    fresh = timezone.now() - timedelta(days=daily)
    oldest = timezone.now() - timedelta(days=daily, weeks=weekly)
    seen, gone = set(), 0
    for item in reversed(shelf.list(slug)):
        week = item.at.isocalendar()[:2]
        if item.at >= fresh or (item.at >= oldest and week not in seen):
            seen.add(week)
            continue
        shelf.remove(item.name)
        gone += 1
    return gone
