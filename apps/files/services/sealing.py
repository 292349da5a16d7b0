"""Encrypting what lies plain, and sealing file keys anew after the organisation's key changed.

Each file by itself and in any order: whoever is stopped begins again with what is left.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from django.core.files.storage import default_storage
from django.db.models import Count, Q

from apps.core.errors import NotFound
from apps.core.locks import lock_found
from apps.core.sealed_stream import FileDamaged
from apps.core.tenant import require_organisation
from apps.core.uow import run_in_unit_of_work
from apps.files.models import FileKey, StoredFile
from apps.files.services.content import content_write
from apps.files.services.keys import data_key_new, data_key_renew, file_key_add, file_key_current, key_prefix
from apps.files.services.storage import file_open, path_new

Progress = Callable[[int, int], None]
BATCH = 200


@dataclass
class Sealed:
    """encrypted: contents; renewed: keys of files; lost: files that can't be read and stay as they are."""

    encrypted: int = 0
    renewed: int = 0
    lost: int = 0


def sealing_figures() -> dict[str, int]:
    """How many files there are, encrypted, and sealed with an older key."""
    newest = FileKey.objects.order_by("-pk").first()
    old = ~Q(sealed_key="")
    if newest is not None:
        old &= ~Q(sealed_key__startswith=key_prefix(newest))
    return StoredFile.objects.aggregate(
        files=Count("id"),
        encrypted=Count("id", filter=~Q(sealed_key="")),
        old_key=Count("id", filter=old),
    )


def files_seal(
    *, encrypt: bool, new_key: bool = False, progress: Progress = lambda done, total: None
) -> Sealed:
    """Encrypt plain files (``encrypt``) and seal the keys of the others with the newest key.

    ``new_key`` makes that key first. Keys that seal nothing any more are destroyed at the end, unless a file
    could not be read. Opens its own units of work.
    """
    newest = run_in_unit_of_work(file_key_add if new_key else file_key_current)
    done, figures = Sealed(), sealing_figures()
    total = figures["old_key"] + (figures["files"] - figures["encrypted"] if encrypt else 0)
    wanted = ~Q(sealed_key__startswith=key_prefix(newest))
    if not encrypt:
        wanted &= ~Q(sealed_key="")
    last = 0
    while batch := list(StoredFile.objects.filter(wanted, pk__gt=last).order_by("pk")[:BATCH]):
        for file in batch:
            _seal(file, newest, done)
        last = batch[-1].pk
        progress(done.encrypted + done.renewed + done.lost, total)
    if not done.lost:
        run_in_unit_of_work(lambda: _keys_destroy(newest))
    return done


def _seal(file: StoredFile, newest: FileKey, done: Sealed) -> None:
    try:
        if file.sealed_key:
            data_key_renew(file, newest)
            done.renewed += 1
        else:
            done.encrypted += file_encrypt(file)
    except (FileDamaged, NotFound):
        done.lost += 1


def file_encrypt(file: StoredFile) -> bool:
    """Write the sealed content beside the plain one, turn the row to it, remove the plain one.

    Stopped before the row turns, the daily clean-up removes the sealed content; after it, the plain one.
    Returns whether this call did it. Raises NotFound when there is no content.
    """
    base, path = require_organisation(), path_new(file.name)
    with file_open(file) as source:
        key, sealed_key = run_in_unit_of_work(lambda: data_key_new(path))
        _size, sha256 = content_write(f"{base}/{path}", source, key)
    found = StoredFile.objects.filter(pk=file.pk, path=file.path, sha256=sha256)
    turned = found.update(path=path, sealed_key=sealed_key)
    default_storage.delete(f"{base}/{file.path if turned else path}")
    if not turned and StoredFile.objects.filter(pk=file.pk, path=file.path).exists():
        raise FileDamaged("The content is not the one that was stored.")
    return bool(turned)


def _keys_destroy(newest: FileKey) -> None:
    """Older keys that seal nothing: not even a file that is being stored just now."""
    for row in lock_found(FileKey.objects.filter(pk__lt=newest.pk)):
        if not StoredFile.objects.filter(sealed_key__startswith=key_prefix(row)).exists():
            row.delete()
