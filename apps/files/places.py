"""Where the contents of stored files lie: the media folder or a bucket, as the installation's settings say.

``BAHI_FILES_TARGET``: where new ones go (empty: the media folder; ``s3://bucket/prefix``).
``BAHI_FILES_FORMER``: where others may lie still, until ``move_files`` has moved them; with a bucket that is
the media folder unless something else is named. Reading looks in both: people go on working meanwhile.

Every name is ``<schema>/<path>``. Inside an organisation only names of its own schema are taken: whatever a
caller gets wrong, no content of another organisation is read, written or removed.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import IO, Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.core.files.base import File
from django.core.files.storage import FileSystemStorage, Storage

from apps.core.object_store import bucket_of
from apps.core.tenant import current_schema, is_public
from apps.files.bucket import BucketStorage

FOLDER = "folder"
NAMES_OF_FOLDER = frozenset((FOLDER, ""))


def present_place() -> Storage:
    """Where new files go."""
    return _place(settings.FILES_TARGET, settings.FILES_S3_ENDPOINT)


def former_place() -> Storage | None:
    """Where files may lie that were not moved yet; None while all are in one place."""
    former = settings.FILES_FORMER or (FOLDER if bucket_of(settings.FILES_TARGET) else "")
    if not former or former == (settings.FILES_TARGET or FOLDER):
        return None
    return _place(former, settings.FILES_S3_ENDPOINT)


@lru_cache(maxsize=8)
def _place(named: str, endpoint: str) -> Storage:
    bucket = bucket_of(named)
    if bucket is not None:
        return BucketStorage(*bucket, endpoint)
    if named not in NAMES_OF_FOLDER:
        raise ValueError(f"{named} is neither s3://bucket/prefix nor folder.")
    return FileSystemStorage()


def checked_name(name: str) -> str:
    """The name, of the organisation in use and with nothing in it that leads elsewhere."""
    parts = name.split("/")
    if any(part in ("", ".", "..") for part in parts) or "\\" in name or "\0" in name:
        raise SuspiciousFileOperation("A name of a stored file leads elsewhere.")
    if not is_public() and parts[0] != current_schema():
        raise SuspiciousFileOperation("A stored file of another organisation was asked for.")
    return name


class FilePlaces(Storage):
    """The default storage: the present place, and the former one while there is one."""

    def save(self, name: str | None, content: IO[Any], max_length: int | None = None) -> str:
        return present_place().save(checked_name(str(name)), content, max_length=max_length)

    def _open(self, name: str, mode: str = "rb") -> File:
        return _found(checked_name(name), lambda place, key: place.open(key, mode))

    def exists(self, name: str) -> bool:
        checked_name(name)
        return any(place.exists(name) for place in _places())

    def delete(self, name: str) -> None:
        remover(name)()

    def size(self, name: str) -> int:
        return _found(checked_name(name), lambda place, key: place.size(key))

    def get_modified_time(self, name: str) -> datetime:
        return _found(checked_name(name), lambda place, key: place.get_modified_time(key))

    def listdir(self, path: str) -> tuple[list[str], list[str]]:
        """Folders and files of both places, each name once."""
        checked_name(path)
        folders: dict[str, None] = {}
        files: dict[str, None] = {}
        for place in _places():
            if place.exists(path):
                inner, names = place.listdir(path)
                folders |= dict.fromkeys(inner)
                files |= dict.fromkeys(names)
        return list(folders), list(files)


def remover(name: str) -> Callable[[], None]:
    """What removes a content later, after a commit or the end of an answer: the name is checked now, for then
    another organisation may be in use."""
    checked_name(name)

    def remove() -> None:
        for place in _places():
            place.delete(name)

    return remove


def tree_remove(schema: str) -> None:
    """Remove every content of an organisation that goes, wherever it lies. Safe to repeat."""
    checked_name(schema)
    for place in _places():
        if isinstance(place, BucketStorage):
            place.delete_tree(schema)
        else:
            shutil.rmtree(Path(settings.MEDIA_ROOT) / schema, ignore_errors=True)


def _places() -> list[Storage]:
    former = former_place()
    return [present_place(), *([former] if former is not None else [])]


def _found(name: str, call: Callable[[Storage, str], Any]) -> Any:
    """From the present place, else the former one, else the present one again: the file may have been moved
    between the two looks."""
    former = former_place()
    if former is None:
        return call(present_place(), name)
    for place in (present_place(), former):
        try:
            return call(place, name)
        except FileNotFoundError:
            continue
    return call(present_place(), name)
