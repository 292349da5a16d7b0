"""Restores a backup into a new organisation, and proves by hashes that it is what was backed up.

Owner's connection. All in one transaction for the tables: a restore that fails leaves nothing behind.
"""

from __future__ import annotations

import gzip
import io
import json
import logging
import secrets
import tarfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import sha256
from pathlib import PurePosixPath
from typing import IO, Any

from django.core.files.storage import default_storage
from django.db import connection, transaction
from django.utils.translation import gettext_lazy, gettext_noop
from psycopg import sql

from apps.accounts.selectors import users_holding
from apps.backup.keys import keyring
from apps.backup.services.finding import target_holding
from apps.backup.services.making import KEPT, migrations_applied
from apps.backup.services.public_side import access_after_restore, public_write
from apps.backup.tables import reading_settings, rows_in, sequences_set, table_hash, tables_of
from apps.core.errors import InvalidInput, Refused
from apps.core.sealed_stream import BackupDamaged, DecryptingReader, FileDamaged
from apps.core.secrets import KEY_BYTES, secret_fields, secrets_move
from apps.core.tenant import organisation_context
from apps.files.models import FileKey, StoredFile
from apps.files.places import tree_remove
from apps.files.services.content import blocks, content_open, content_write
from apps.files.services.keys import data_key_sealed, file_key_add
from apps.messaging.catalogue import register_notification_event
from apps.messaging.services.notifications import lazy_text, notify
from apps.tenancy.choices import OrganisationState
from apps.tenancy.models import Organisation
from apps.tenancy.services.provisioning import organisation_create, organisation_opened
from apps.tenancy.services.schema_build import schema_drop, schema_replay

logger = logging.getLogger(__name__)
Progress = Callable[[str], None]
FileKeys = dict[str, bytes]
COPIED = "backup.copied"
register_notification_event(
    COPIED, gettext_lazy("A backup of our organisation is restored as another one"), mail=True
)
_before_opening: list[Callable[[], list[str]]] = []


def register_before_opening(function: Callable[[], list[str]]) -> None:
    """``function()`` runs inside every restored organisation, proved and not open yet, with the owner's
    connection; what it returns is told to the operator. Called from an app's ``ready()``."""
    if function not in _before_opening:
        _before_opening.append(function)


@dataclass(frozen=True)
class Restored:
    """told: sentences about what was not taken over, or was done besides."""

    organisation: Organisation
    tables: int
    rows: int
    files: int
    told: tuple[str, ...] = ()


def backup_restore(
    name: str,
    *,
    slug: str,
    progress: Progress = lambda text: None,
    begun: Callable[[Organisation], object] = lambda organisation: None,
) -> Restored:
    """Restore the backup ``name`` of the target as the new organisation ``slug``.

    ``begun`` is told of the organisation before it is filled: it is what a killed restore leaves behind.

    Raises InvalidInput when the name is taken, BackupDamaged when a byte isn't what was written, Refused when
    another version made it.
    """
    if Organisation.objects.filter(slug=slug).exists():
        raise InvalidInput("There is an organisation of this name.", field="slug", code="taken")
    manifest = manifest_read(name)
    details = {field: value for field, value in manifest["organisation"].items() if field in KEPT}
    details["operator_access"] = access_after_restore(manifest)
    organisation = organisation_create(
        slug=slug, modules=details.pop("enabled_modules"), again=True, **details
    )
    begun(organisation)
    try:
        told = _fill(organisation, name, manifest, progress)
    except BaseException:
        restore_undo(organisation)
        raise
    try:
        copy_tell(organisation, manifest)
    except Exception:  # the copy stands and is proved
        logger.exception("the administrators of %s could not be told of a copy", manifest["schema"])
    rows = sum(table["rows"] for table in manifest["tables"].values())
    return Restored(organisation, len(manifest["tables"]), rows, len(manifest["files"]), tuple(told))


def restore_undo(organisation: Organisation) -> None:
    """Remove what a restore that did not end has made."""
    schema_drop(organisation.schema_name)
    organisation.delete(force_drop=False)  # type: ignore[call-arg]  # TenantMixin takes it
    tree_remove(organisation.schema_name)


def _fill(organisation: Organisation, name: str, manifest: dict[str, Any], progress: Progress) -> list[str]:
    schema = organisation.schema_name
    progress("Building the tables")
    schema_replay(schema)
    with organisation_context(schema):
        _same_version(manifest)
        progress("Loading rows and files")
        with transaction.atomic():
            keys = _load(schema, name, manifest)
        progress("Comparing hashes")
        differences = restore_differences(schema, manifest, keys)
        if differences:
            raise BackupDamaged(f"The restored rows differ: {', '.join(differences[:5])}.")
        if keys:
            with transaction.atomic():
                _file_keys_in(keys)
        if schema != manifest["schema"]:
            lost = sum(secrets_move(*place, source=manifest["schema"]) for place in secret_fields())
            if lost:
                progress(f"{lost} secrets stay closed: bring the secrets' keys of the old installation")
        told = [text for before in _before_opening for text in before()]
    told += public_write(organisation, manifest)
    organisation_opened(organisation)
    return told


def copy_tell(organisation: Organisation, manifest: dict[str, Any]) -> None:
    """The administrators of an original that still stands hear that a copy of it was made."""
    schema = manifest["schema"]
    standing = Organisation.objects.filter(schema_name=schema, state=OrganisationState.ACTIVE)
    if schema == organisation.schema_name or not standing.exists():
        return
    with organisation_context(schema), transaction.atomic():
        notify(
            list(users_holding("*")),
            event=COPIED,
            title=gettext_lazy("A copy of this organisation was made"),
            text=lazy_text(
                gettext_noop("A backup of it was restored as “%(name)s”."), name=organisation.slug
            ),
            url="/organisation/operator/",
            tone="warning",
        )


def manifest_read(name: str) -> dict[str, Any]:
    """The manifest, which is the last member: reading to it proves every chunk before it."""
    with target_holding(name).open(name) as raw, _members(raw) as tar:
        for member in tar:
            if member.name == "manifest.json":
                return json.loads(tar.extractfile(member).read())  # type: ignore[union-attr]  # a file of the archive
    raise BackupDamaged("The backup has no manifest.")


@contextmanager
def _members(raw: Any) -> Iterator[tarfile.TarFile]:
    plain = io.BufferedReader(DecryptingReader(raw, keyring()))
    try:
        with gzip.GzipFile(fileobj=plain) as unpacked, tarfile.open(fileobj=unpacked, mode="r|") as tar:
            yield tar
    except (tarfile.TarError, EOFError, gzip.BadGzipFile) as error:
        raise BackupDamaged("The backup is damaged.") from error


def _same_version(manifest: dict[str, Any]) -> None:
    if manifest["migrations"] != migrations_applied():
        raise Refused("Another version made this backup: restore it there, then upgrade.", code="version")


def _load(schema: str, name: str, manifest: dict[str, Any]) -> FileKeys:
    """Rows, then files; → the new keys of encrypted files by their path."""
    keys: FileKeys = {}
    tables = {table.name: table for table in tables_of(schema)}
    wrong = [
        n for n, t in manifest["tables"].items() if n not in tables or list(tables[n].columns) != t["columns"]
    ]
    if wrong:
        raise Refused(f"Tables differ from those of the backup: {', '.join(wrong[:5])}.", code="version")
    reading_settings()
    _triggers(schema, tables, "DISABLE")
    _empty(schema, tables)
    with target_holding(name).open(name) as raw, _members(raw) as tar:
        for member in tar:
            kind, _slash, rest = member.name.partition("/")
            content = tar.extractfile(member)
            if kind == "tables" and content is not None:
                rows_in(schema, tables[rest], content)
            elif kind == "files" and content is not None:
                _file_in(schema, rest, content, manifest, keys)
    sequences_set(schema, manifest["sequences"])
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # keys are checked now: the triggers come back after
    _triggers(schema, tables, "ENABLE")
    return keys


def _triggers(schema: str, tables: dict[str, Any], verb: str) -> None:
    """Rows come as they were: ledgers and audit must not write about them again."""
    with connection.cursor() as cursor:
        for table in tables:
            query = sql.SQL(f"ALTER TABLE {{}} {verb} TRIGGER USER").format(sql.Identifier(schema, table))
            cursor.execute(query.as_string(connection.connection))


def _empty(schema: str, tables: dict[str, Any]) -> None:
    names = sql.SQL(", ").join(sql.Identifier(schema, table) for table in tables)
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("TRUNCATE {} RESTART IDENTITY").format(names).as_string(connection.connection))


def _file_in(schema: str, path: str, content: IO[bytes], manifest: dict[str, Any], keys: FileKeys) -> None:
    """A content that lay encrypted does so again, with a new key of its own."""
    clean = PurePosixPath(path)
    if clean.is_absolute() or ".." in clean.parts or path not in manifest["files"]:
        raise BackupDamaged(f"The file {path} is not one that was backed up.")
    full = f"{schema}/{path}"
    if default_storage.exists(full):
        default_storage.delete(full)
    if StoredFile.objects.filter(path=path).exclude(sealed_key="").exists():
        keys[path] = secrets.token_bytes(KEY_BYTES)
    _size, found = content_write(full, content, keys.get(path))
    if found != manifest["files"][path]:
        raise BackupDamaged(f"The file {path} is not the one that was backed up.")


def _file_keys_in(keys: FileKeys) -> None:
    """The keys that the contents were sealed with now, sealed by a fresh key of this organisation: those of
    the source, and the installation's that sealed them, are needed no more."""
    before = list(FileKey.objects.values_list("pk", flat=True))
    newest = file_key_add()
    for path, key in keys.items():
        StoredFile.objects.filter(path=path).update(sealed_key=data_key_sealed(key, path, newest))
    FileKey.objects.filter(pk__in=before).delete()


def restore_differences(schema: str, manifest: dict[str, Any], keys: FileKeys | None = None) -> list[str]:
    """Names of tables and files of the organisation that aren't as the manifest says.

    ``keys``: of the encrypted contents, while the rows still hold what they had in the source.
    """
    wrong = []
    with transaction.atomic():
        reading_settings()
        tables = {table.name: table for table in tables_of(schema)}
        for name, expected in manifest["tables"].items():
            if name not in tables or table_hash(schema, tables[name]) != (
                expected["sha256"],
                expected["rows"],
            ):
                wrong.append(name)
    for path, expected in manifest["files"].items():
        if _content_hash(f"{schema}/{path}", (keys or {}).get(path)) != expected:
            wrong.append(path)
    return wrong


def _content_hash(place: str, key: bytes | None) -> str:
    """SHA-256 of the plain content; nothing when it is not there or can't be opened."""
    digest = sha256()
    try:
        with content_open(place, key) as stream:
            for block in blocks(stream):
                digest.update(block)
    except (FileNotFoundError, FileDamaged):
        return ""
    return digest.hexdigest()
