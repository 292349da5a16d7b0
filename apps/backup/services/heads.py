"""Heads of the hash chains beside the backups: out of reach of whoever owns this machine's disk."""

from __future__ import annotations

import hashlib
from pathlib import Path

from django.conf import settings

from apps.backup.targets import backup_target

FOLDER = "chain-heads"


def heads_copy(path: Path, schema: str) -> bool:
    """Put a file of heads into the target; False where the target is this installation's own folder.

    The name carries a hash of the content: a file that was written anew here lies there beside the first one.
    """
    if not settings.BACKUP_TARGET:
        return False
    digest = hashlib.sha256(path.read_bytes()).hexdigest()[:16]
    backup_target().put(f"{FOLDER}/{schema}/{path.stem}-{digest}.json", path)
    return True
