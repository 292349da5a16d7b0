"""Keys of the backups: BAHI_BACKUP_KEYS, or the file ``backup.keys`` of the data folder, made on first use.

Lines as ``core.secrets`` reads them; the first one encrypts, all of them decrypt. Whoever loses them loses
the backups, so the operator keeps a copy elsewhere.
"""

from __future__ import annotations

import os
from pathlib import Path

from django.conf import settings

from apps.core.secrets import keys_parsed, new_key


def keys_file() -> Path:
    return Path(settings.DATA_DIR) / "backup.keys"


def keyring() -> dict[str, bytes]:
    """Key id → key, the encrypting one first."""
    if settings.BACKUP_KEYS:
        return keys_parsed(settings.BACKUP_KEYS)
    path = keys_file()
    if not path.exists():
        _create(path)
    return keys_parsed(path.read_text("utf-8"))


def _create(path: Path) -> None:
    """Written whole and only once, whatever else starts at the same time."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(f"{new_key()}\n")
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
