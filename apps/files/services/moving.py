"""Moves contents of stored files from their former place to the present one, each proved by its hash.

A file is copied, read back and compared before it is removed where it was; so a run may be stopped anywhere
and started again, and people go on working meanwhile (reading looks in both places).
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from typing import IO

from django.core.files.storage import Storage

from apps.core.errors import Refused
from apps.core.sealed_stream import FileDamaged
from apps.core.tenant import require_organisation
from apps.files.models import StoredFile
from apps.files.places import checked_name, former_place, present_place
from apps.files.services.content import blocks, content_open
from apps.files.services.keys import data_key_of

Progress = Callable[[int, int], None]
BATCH = 200


@dataclass
class Moved:
    """moved: now in the present place only (with ``keep`` in both); there: they were already; missing: in
    neither; damaged: names of those that aren't what was stored and stay where they were."""

    moved: int = 0
    there: int = 0
    missing: int = 0
    damaged: tuple[str, ...] = ()


def files_move(*, keep: bool = False, progress: Progress = lambda done, total: None) -> Moved:
    """Move the files of the organisation in use; ``keep`` leaves the copies in the former place.

    Raises Refused when no former place is named, Unavailable when a bucket can't be reached.
    """
    former, present = former_place(), present_place()
    if former is None:
        why = "All files are in one place: name the former one in BAHI_FILES_FORMER."
        raise Refused(why, code="one_place")
    done, last, seen, total = Moved(), 0, 0, StoredFile.objects.count()
    while batch := list(StoredFile.objects.filter(pk__gt=last).order_by("pk")[:BATCH]):
        for file in batch:
            _move(file, former, present, keep, done)
        last, seen = batch[-1].pk, seen + len(batch)
        progress(seen, total)
    return done


def _move(file: StoredFile, former: Storage, present: Storage, keep: bool, done: Moved) -> None:
    name = checked_name(f"{require_organisation()}/{file.path}")
    try:
        here = present.exists(name)
        if not former.exists(name):
            done.there += here
            done.missing += not here and _still(file)
            return
        if not _copied(file, name, former, present, here):
            done.damaged = (*done.damaged, file.path)
            return
    except FileNotFoundError:  # it went, or was encrypted to another place, while we looked
        done.missing += _still(file)
        return
    if not _still(file):
        present.delete(name)
    if not keep:
        former.delete(name)
    done.moved += 1


def _copied(file: StoredFile, name: str, former: Storage, present: Storage, here: bool) -> bool:
    """Whether the present place has the content now, proved. Never puts a bad one over another."""
    if here:
        if _proved(file, name, present, former):
            return True
        if not _proved(file, name, former, present):
            return False
        present.delete(name)
    with former.open(name, "rb") as source:
        present.save(name, source)
    if _proved(file, name, present, former):
        return True
    present.delete(name)
    return False


def _still(file: StoredFile) -> bool:
    return StoredFile.objects.filter(pk=file.pk, path=file.path).exists()


def _proved(file: StoredFile, name: str, place: Storage, other: Storage) -> bool:
    """Whether what lies in ``place`` is what was stored once, by its hash. Of an encrypted content whose key
    is not here it can only be told that both places have the same."""
    try:
        key = data_key_of(file)
    except FileDamaged:
        with place.open(name, "rb") as one, other.open(name, "rb") as two:
            return _hash(one) == _hash(two)
    try:
        with content_open(name, key, place) as stream:
            return _hash(stream) == file.sha256
    except FileDamaged:
        return False


def _hash(stream: IO[bytes]) -> str:
    digest = hashlib.sha256()
    for block in blocks(stream):
        digest.update(block)
    return digest.hexdigest()
