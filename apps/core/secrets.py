"""Secrets at rest: what must be read again (seeds of second factors, client secrets, gateway tokens).

AES-256-GCM. A sealed text is ``v1.<key id>.<base64 of nonce + ciphertext>``. What it belongs to (schema,
table, column, row) is authenticated with it, so that a text copied to another row, column or organisation
can't be opened there. Keys come from ``BAHI_SECRETS_KEYS`` or the file ``secrets.keys`` of the data folder;
the first one seals, all of them open. Passwords and tokens that need never be read again are hashed instead.
"""

from __future__ import annotations

import base64
import os
import secrets
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from django.apps import apps
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models, transaction

from apps.core.tenant import current_schema

VERSION = "v1"
KEY_BYTES, NONCE_BYTES = 32, 12


class SecretUnreadable(RuntimeError):
    """A sealed text can't be opened: its key is gone, or it was changed or moved.

    A fault, never an answer.
    """


class SecretField(models.TextField):
    """Holds a sealed text, never the secret itself: neither forms, answers, history nor logs can tell it.

    Written by ``secret_write`` and read by ``secret_read``; empty when there is no secret.
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        kwargs.update(blank=True, default="", editable=False)
        super().__init__(*args, **kwargs)

    def deconstruct(self) -> Any:
        name, path, args, kwargs = super().deconstruct()
        for given in ("blank", "default", "editable"):
            kwargs.pop(given, None)
        return name, path, args, kwargs


def sealed_only(field: str, name: str) -> models.CheckConstraint:
    """The database's own guard that nobody writes a plain secret into the column."""
    condition = models.Q(**{field: ""}) | models.Q(**{f"{field}__startswith": f"{VERSION}."})
    return models.CheckConstraint(condition=condition, name=name)


@dataclass(frozen=True)
class Place:
    """Where a sealed text belongs."""

    schema: str
    table: str
    column: str
    row: int

    def data(self) -> bytes:
        return "|".join((VERSION, self.schema, self.table, self.column, str(self.row))).encode()


# --- keys -----------------------------------------------------------------------------------------


def new_key() -> str:
    """A line for the file of keys: a fresh id and 32 random bytes."""
    return f"k{secrets.token_hex(4)}:{base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode()}"


def keys_file() -> Path:
    return Path(settings.DATA_DIR) / "secrets.keys"


def keyring() -> dict[str, bytes]:
    """Key id → key, the sealing one first. A changed file counts at once, in every process."""
    given = settings.SECRETS_KEYS
    if given:
        return keys_parsed(given)
    try:
        changed = keys_file().stat().st_mtime_ns
    except FileNotFoundError as error:
        raise ImproperlyConfigured(
            "BAHI_SECRETS_KEYS or secrets.keys in the data folder is needed."
        ) from error
    return _from_file(str(keys_file()), changed)


@lru_cache(maxsize=4)
def _from_file(path: str, _changed: int) -> dict[str, bytes]:
    return keys_parsed(Path(path).read_text(encoding="utf-8"))


@lru_cache(maxsize=4)
def keys_parsed(text: str) -> dict[str, bytes]:
    """Lines or commas of ``<id>:<base64 of 32 bytes>`` as id → key. Raises ImproperlyConfigured."""
    ring: dict[str, bytes] = {}
    for entry in text.replace(",", "\n").split():
        name, _colon, encoded = entry.partition(":")
        try:
            key = base64.b64decode(encoded, validate=True)
        except ValueError as error:
            raise ImproperlyConfigured("A key of the secrets is not base64.") from error
        if len(key) != KEY_BYTES or not name.isalnum() or name in ring:
            raise ImproperlyConfigured(
                "A key of the secrets must be <id>:<base64 of 32 bytes>, each id once."
            )
        ring[name] = key
    if not ring:
        raise ImproperlyConfigured("There is no key for the secrets.")
    return ring


def key_add() -> str:
    """Put a fresh key first in the file of keys; returns its id.

    Keys of the environment are the operator's.
    """
    if settings.SECRETS_KEYS:
        raise ImproperlyConfigured("The keys come from BAHI_SECRETS_KEYS: put a new one first there.")
    path, line = keys_file(), new_key()
    beside = path.with_name(f"{path.name}.{os.getpid()}")
    handle = os.open(beside, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(handle, "w", encoding="utf-8") as file:
        file.write(f"{line}\n{path.read_text(encoding='utf-8')}")
        file.flush()
        os.fsync(file.fileno())
    beside.replace(path)
    return line.partition(":")[0]


# --- sealing --------------------------------------------------------------------------------------


def seal(plain: str, place: Place) -> str:
    """The sealed text of a secret at its place."""
    name, key = next(iter(keyring().items()))
    nonce = secrets.token_bytes(NONCE_BYTES)
    body = nonce + AESGCM(key).encrypt(nonce, plain.encode(), place.data())
    return f"{VERSION}.{name}.{base64.b64encode(body).decode()}"


def unseal(sealed: str, place: Place) -> str:
    """The secret of a sealed text. Raises SecretUnreadable."""
    version, _dot, rest = sealed.partition(".")
    name, _dot, encoded = rest.partition(".")
    key = keyring().get(name)
    if version != VERSION or key is None:
        raise SecretUnreadable(f"No key {name!r} for {place.table}.{place.column}.")
    try:
        body = base64.b64decode(encoded, validate=True)
        return AESGCM(key).decrypt(body[:NONCE_BYTES], body[NONCE_BYTES:], place.data()).decode()
    except (InvalidTag, ValueError) as error:
        raise SecretUnreadable(f"{place.table}.{place.column} of row {place.row} can't be opened.") from error


def key_of(sealed: str) -> str:
    """Id of the key that a text was sealed with."""
    return sealed.split(".", 2)[1]


# --- on models ------------------------------------------------------------------------------------


def place_of(instance: models.Model, field: str, *, schema: str = "") -> Place:
    """The place of a saved record's secret."""
    column = instance._meta.get_field(field).column  # type: ignore[union-attr]  # a column of the model
    return Place(schema or current_schema(), instance._meta.db_table, str(column), instance.pk)


def secret_write(instance: models.Model, field: str, plain: str) -> None:
    """Seal a secret into a record, which the caller then saves.

    A new record takes its id here, for the seal.
    """
    if instance.pk is None:
        instance.pk = _next_id(instance)
    setattr(instance, field, seal(plain, place_of(instance, field)) if plain else "")


def secret_read(instance: models.Model, field: str) -> str:
    """The secret of a record; empty when there is none. Raises SecretUnreadable."""
    sealed = getattr(instance, field)
    return unseal(sealed, place_of(instance, field)) if sealed else ""


def _next_id(instance: models.Model) -> int:
    with connection.cursor() as cursor:
        names = [connection.ops.quote_name(instance._meta.db_table), instance._meta.pk.column]
        cursor.execute("SELECT nextval(pg_get_serial_sequence(%s, %s))", names)
        return cursor.fetchone()[0]


def secret_fields() -> Iterator[tuple[type[models.Model], str]]:
    """Every column of ours that holds sealed texts (of records; a history keeps what it was sealed with)."""
    for model in apps.get_models():
        if not hasattr(model, "instance_type"):
            for field in model._meta.local_concrete_fields:
                if isinstance(field, SecretField):
                    yield model, field.name


def secrets_rotate(model: type[models.Model], field: str) -> int:
    """Seal again, with the first key, what other keys sealed in the schema in use; returns how many."""
    first = next(iter(keyring()))
    return sum(
        _seal_again(row, field, before, secret_read(row, field))
        for row, before in _sealed(model, field)
        if key_of(before) != first
    )


def secrets_move(model: type[models.Model], field: str, *, source: str) -> int:
    """Seal for the schema in use what was sealed for the schema ``source`` (rows that a restore brought).

    Returns how many stay closed, because their key is not here.
    """
    closed = 0
    for row, before in _sealed(model, field):
        try:
            plain = unseal(before, place_of(row, field, schema=source))
        except SecretUnreadable:
            closed += 1
            continue
        _seal_again(row, field, before, plain)
    return closed


def _sealed(model: type[models.Model], field: str) -> Iterator[tuple[models.Model, str]]:
    """Rows that hold a sealed text, with the text."""
    rows = model._base_manager.exclude(**{field: ""}).only("pk", field)
    for row in rows.iterator(chunk_size=500):
        yield row, getattr(row, field)


def _seal_again(row: models.Model, field: str, before: str, plain: str) -> int:
    """1, or 0 for a row that changed meanwhile: whoever changed it sealed it with the first key already."""
    again = seal(plain, place_of(row, field))
    with transaction.atomic():
        found = type(row)._base_manager.filter(**{"pk": row.pk, field: before})
        return models.QuerySet.update(found, **{field: again})
