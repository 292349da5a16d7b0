"""Where backups lie: a folder, or a bucket of any S3-compatible store.

``BAHI_BACKUP_TARGET``: a path (default ``backups`` in the data folder) or ``s3://bucket/prefix``; for S3 the
usual AWS variables give the credentials and ``BAHI_BACKUP_S3_ENDPOINT`` the address of another maker's store.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from tempfile import TemporaryFile
from typing import IO, Protocol

from django.conf import settings

from apps.core.errors import NotFound
from apps.core.object_store import bucket_of, store_client


@dataclass(frozen=True)
class Stored:
    """name: ``<slug>/<file>``; size in bytes; own: in the organisation's own bucket."""

    name: str
    size: int
    at: datetime
    own: bool = False

    @property
    def slug(self) -> str:
        return self.name.partition("/")[0]

    @property
    def file(self) -> str:
        return self.name.rpartition("/")[2]


class Target(Protocol):
    def put(self, name: str, path: Path) -> None: ...
    def open(self, name: str) -> IO[bytes]: ...
    def list(self, folder: str) -> list[Stored]: ...
    def remove(self, name: str) -> None: ...


class FolderTarget:
    def __init__(self, base: Path) -> None:
        self.base = base

    def put(self, name: str, path: Path) -> None:
        """Appears whole or not at all."""
        goal = self.base / name
        goal.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        part = goal.with_suffix(".part")
        shutil.copyfile(path, part)
        part.chmod(0o600)
        part.replace(goal)

    def open(self, name: str) -> IO[bytes]:
        try:
            return (self.base / name).open("rb")
        except FileNotFoundError as error:
            raise NotFound("There is no such backup.") from error

    def list(self, folder: str) -> list[Stored]:
        paths = sorted((self.base / folder).glob("*.bahibackup"))
        return [
            Stored(f"{folder}/{p.name}", p.stat().st_size, datetime.fromtimestamp(p.stat().st_mtime, UTC))
            for p in paths
        ]

    def remove(self, name: str) -> None:
        (self.base / name).unlink(missing_ok=True)


class BucketTarget:
    """S3 and what speaks like it. Needs the extra ``requirements/s3.txt``."""

    def __init__(self, bucket: str, prefix: str) -> None:
        self.bucket, self.prefix = bucket, prefix
        self.client = store_client(settings.BACKUP_S3_ENDPOINT)

    def put(self, name: str, path: Path) -> None:
        self.client.upload_file(str(path), self.bucket, self.prefix + name)

    def open(self, name: str) -> IO[bytes]:
        local = TemporaryFile()  # noqa: SIM115 - the caller closes it
        try:
            self.client.download_fileobj(self.bucket, self.prefix + name, local)
        except self.client.exceptions.ClientError as error:
            local.close()
            raise NotFound("There is no such backup.") from error
        local.seek(0)
        return local

    def list(self, folder: str) -> list[Stored]:
        pages = self.client.get_paginator("list_objects_v2").paginate(
            Bucket=self.bucket, Prefix=f"{self.prefix}{folder}/"
        )
        found = [
            Stored(item["Key"].removeprefix(self.prefix), item["Size"], item["LastModified"])
            for page in pages
            for item in page.get("Contents", ())
            if item["Key"].endswith(".bahibackup")
        ]
        return sorted(found, key=lambda item: item.name)

    def remove(self, name: str) -> None:
        self.client.delete_object(Bucket=self.bucket, Key=self.prefix + name)


def backup_target() -> Target:
    """The target that the settings name."""
    where = settings.BACKUP_TARGET
    named = bucket_of(where)
    if named is not None:
        return BucketTarget(*named)
    return FolderTarget(Path(where) if where else Path(settings.DATA_DIR) / "backups")
