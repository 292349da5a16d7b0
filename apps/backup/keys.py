"""Keys of the backups: BAHI_BACKUP_KEYS, or the file ``backup.keys`` of the data folder, made on first use.

One key a line, ``<id>:<base64 of 32 bytes>``; the first one encrypts, all of them decrypt. Whoever loses them
loses the backups, so the operator keeps a copy elsewhere.
"""

from __future__ import annotations

import base64
import os
import secrets
from pathlib import Path

from django.conf import settings

from apps.core.errors import Refused

KEY_BYTES = 32


def keys_file() -> Path:
    return Path(settings.DATA_DIR) / "backup.keys"


def keyring() -> dict[str, bytes]:
    """Key id → key, the encrypting one first."""
    text = settings.BACKUP_KEYS
    if not text:
        path = keys_file()
        if not path.exists():
            _create(path)
        text = path.read_text("utf-8")
    ring = {}
    for entry in text.replace(",", "\n").split():
        name, _colon, encoded = entry.partition(":")
        key = base64.b64decode(encoded)
        if len(key) != KEY_BYTES:
            raise Refused("A backup key must be <id>:<base64 of 32 bytes>.", code="backup_key")
        ring[name] = key
    return ring


def _create(path: Path) -> None:
    """Written whole and only once, whatever else starts at the same time."""
    line = f"b{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}\n"
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as stream:
        stream.write(line)
    try:
        os.link(part, path)
    except FileExistsError:
        pass
    finally:
        part.unlink()
