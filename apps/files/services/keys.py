"""Keys of encrypted files: installation's key → organisation's key (``FileKey``) → the file's own key.

A file's key is sealed for its schema and its path (AES-256-GCM, associated data), so that neither a key nor a
content can be put in the place of another file or into another organisation.
"""

from __future__ import annotations

import base64
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.utils.translation import gettext as _

from apps.core.keys import key_read
from apps.core.locks import advisory_lock, lock_rows
from apps.core.sealed_stream import FileDamaged
from apps.core.secrets import KEY_BYTES, NONCE_BYTES, SecretUnreadable, secret_read, secret_write
from apps.core.tenant import require_organisation
from apps.files.models import FileKey, StoredFile

_VERSION = "v1"


def file_key_add() -> FileKey:
    """A fresh key of the organisation: from now on it seals. Must run in a transaction."""
    row = FileKey()
    secret_write(row, "secret", base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
    row.save(force_insert=True)
    return row


def file_key_current() -> FileKey:
    """The sealing key; the first one is made here. Must run in a transaction."""
    newest = _newest_held()
    if newest is None:
        advisory_lock("files.key")
        newest = _newest_held() or file_key_add()
    return newest


def _newest_held() -> FileKey | None:
    """Held until the transaction ends, so that the key isn't destroyed while a file is stored with it."""
    newest = list(FileKey.objects.order_by("-pk").values_list("pk", flat=True)[:1])
    return next(iter(lock_rows(FileKey, newest, share=True)), None)


def data_key_new(path: str) -> tuple[bytes, str]:
    """A new file's key, and as it is kept in the row. Must run in a transaction."""
    key = secrets.token_bytes(KEY_BYTES)
    return key, data_key_sealed(key, path, file_key_current())


def data_key_of(file: StoredFile) -> bytes | None:
    """The key of an encrypted file, None for a plain one. Raises FileDamaged when it can't be had."""
    if not file.sealed_key:
        return None
    version, number, encoded = [*file.sealed_key.split(".", 2), "", ""][:3]
    row = FileKey.objects.filter(pk=key_read(number)).first()
    if row is None or version != _VERSION:
        raise _unreadable()
    try:
        body = base64.b64decode(encoded, validate=True)
        return AESGCM(_key_of(row)).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], _place(file.path))
    except (InvalidTag, ValueError, SecretUnreadable) as error:
        raise _unreadable() from error


def data_key_renew(file: StoredFile, newest: FileKey) -> None:
    """Seal a file's key with the organisation's newest one; its content stays as it is."""
    key = data_key_of(file)
    if key is not None:
        sealed = data_key_sealed(key, file.path, newest)
        StoredFile.objects.filter(pk=file.pk, path=file.path).update(sealed_key=sealed)


def key_prefix(row: FileKey) -> str:
    """How texts begin that this key sealed."""
    return f"{_VERSION}.{row.pk}."


def data_key_sealed(key: bytes, path: str, by: FileKey) -> str:
    """A file's key as its row keeps it."""
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = nonce + AESGCM(_key_of(by)).encrypt(nonce, key, _place(path))
    return f"{key_prefix(by)}{base64.b64encode(body).decode()}"


def _key_of(row: FileKey) -> bytes:
    try:
        return base64.b64decode(secret_read(row, "secret"))
    except SecretUnreadable as error:
        raise _unreadable() from error


def _place(path: str) -> bytes:
    return "|".join((_VERSION, require_organisation(), "files", path)).encode()


def _unreadable() -> FileDamaged:
    text = _("This file can't be opened: its key is not here. The operator must bring back secrets.keys.")
    return FileDamaged(text, code="file_key_missing")
