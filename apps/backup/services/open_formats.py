"""All data of an organisation in open formats: a ZIP of CSV and JSON lines, its files, and a manifest.

Every table of the organisation's apps is in it, except those named in ``LEFT_OUT`` with the reason, and
every column, except secrets (``is_secret``). All tables are read in one snapshot.
"""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from tempfile import TemporaryFile
from typing import IO, Any
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db import models
from django.utils import timezone

from apps.backup.services.making import snapshot
from apps.core.errors import NotFound
from apps.core.formats import show_moment
from apps.core.registry import kind_name
from apps.core.sealed_stream import FileDamaged
from apps.core.secrets import SecretField
from apps.core.tenant import current_organisation
from apps.datatools.exporting import text_safe
from apps.files.models import StoredFile
from apps.files.services.content import blocks
from apps.files.services.storage import file_open

Progress = Callable[[int, int], None]
CHUNK = 2000
FORMAT = 1
LEFT_OUT = {
    "accounts.signinsession": "sign-ins of browsers and programs",
    "accounts.accesslink": "links that let somebody in",
    "accounts.signinchallenge": "second steps that somebody is in",
    "accounts.secondfactor": "second factors: they hold the seeds of codes",
    "accounts.backupcode": "backup codes",
    "accounts.apikey": "keys of programs",
    "sso.ssoattempt": "sign-ins by an identity provider that somebody is in",
    "sso.usedassertion": "proofs of identity providers that were used",
    "messaging.textgateway": "access to the text gateway",
    "messaging.textmessage": "texts, which carry codes for signing in",
    "runtime.outboxevent": "events between the parts of the program",
    "runtime.inboxentry": "events that were dealt with",
    "runtime.idempotencykey": "answers kept for repeated calls",
    "runtime.schedulestate": "when repeated tasks are due",
    "files.filekey": "keys of encrypted files; the files themselves are in it as they were sent",
    "backup.dataexport": "the list of these exports",
    "backup.backupplan": "access to a bucket of one's own",
    "backup.backuprun": "the list of backups",
}
"""Tables of the program's own working, or made of secrets: kind → why they aren't the organisation's data."""
SECRETS = frozenset(
    {
        ("accounts.user", "password"),
        ("customer_portal.portalrequest", "token_hash"),
        ("files.storedfile", "path"),
        ("files.storedfile", "sealed_key"),
    }
)
BLANKED = {"messaging.mailmessage": ("secret", ("text", "html"))}
"""Rows marked by a column lose some others: a mail with a link to sign in loses its text."""
README = """Data of {name}, exported on {day}

tables/<kind>.csv     one table: first line the columns, one line for each row, UTF-8, comma separated.
                      A text that a spreadsheet would run as a formula has an apostrophe before it.
tables/<kind>.jsonl   the same rows as JSON, one object for each line, texts exactly as they are.
files/<id>/<name>     stored files; <id> is the id in tables/files.storedfile.csv.
manifest.json         for each table its columns, rows and SHA-256 of both files; for each file its SHA-256;
                      and what is left out, with the reason.

Amounts are decimal numbers as text, times ISO 8601 with their zone, keys the ids of rows in other tables
(column party_id: table parties.party). Binary values are Base64. Passwords, seeds, tokens and keys are not
in this file. The trail of all changes is in tables/audit.auditentry.
"""


@dataclass
class Contents:
    """What went into an export: the manifest's own figures."""

    tables: dict[str, Any] = field(default_factory=dict)
    files: dict[str, Any] = field(default_factory=dict)
    missing: list[str] = field(default_factory=list)

    @property
    def rows(self) -> int:
        return sum(table["rows"] for table in self.tables.values())


def organisation_models() -> list[type[models.Model]]:
    """Every table of the organisation's own apps, also the plain links between two; histories left out."""
    labels = {name.removeprefix("apps.") for name in settings.TENANT_APPS if name.startswith("apps.")}
    return [
        model
        for config in apps.get_app_configs()
        if config.label in labels
        for model in config.get_models(include_auto_created=True)
        if not hasattr(model, "instance_type") and model._meta.managed and not model._meta.proxy
    ]


def exported_models() -> list[type[models.Model]]:
    return [model for model in organisation_models() if model._meta.label_lower not in LEFT_OUT]


def is_secret(column: models.Field) -> bool:
    """Whether a column never leaves the house."""
    owner = column.model._meta.label_lower
    return isinstance(column, SecretField) or (owner, column.name) in SECRETS


def exported_columns(model: type[models.Model]) -> list[models.Field]:
    return [column for column in model._meta.concrete_fields if not is_secret(column)]


def export_write(target: IO[bytes], *, progress: Progress = lambda done, total: None) -> Contents:
    """Write the ZIP into a stream, which needn't seek.

    ``progress`` is called while a snapshot is read: it may not write over the connection in use.
    """
    contents, wanted = Contents(), exported_models()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED, compresslevel=6) as archive:
        with snapshot():
            files = list(StoredFile.objects.order_by("pk"))
            total = len(wanted) + len(files)
            for number, model in enumerate(wanted, start=1):
                contents.tables[model._meta.label_lower] = _table_out(archive, model)
                progress(number, total)
        for number, row in enumerate(files, start=len(wanted) + 1):
            _file_out(archive, row, contents)
            if number % 20 == 0 or number == total:
                progress(number, total)
        _closing_out(archive, contents)
    return contents


def _table_out(archive: zipfile.ZipFile, model: type[models.Model]) -> dict[str, Any]:
    """Both files of a table, each row read once; the JSON lines wait beside until the CSV is written."""
    label, columns = model._meta.label_lower, exported_columns(model)
    names = [column.attname for column in columns]
    sums = {"csv": hashlib.sha256(), "jsonl": hashlib.sha256()}
    count = 0
    with TemporaryFile() as lines:
        with archive.open(f"tables/{label}.csv", "w", force_zip64=True) as out:
            for values in _blocks(model, names):
                text = io.StringIO()
                writer = csv.writer(text)
                if count == 0:
                    writer.writerow(names)
                writer.writerows([_cell(value) for value in row] for row in values)
                block = text.getvalue().encode()
                sums["csv"].update(block)
                out.write(block)
                shown = "".join(_json(dict(zip(names, row, strict=True))) + "\n" for row in values).encode()
                sums["jsonl"].update(shown)
                lines.write(shown)
                count += len(values)
            if count == 0:
                block = (",".join(names) + "\r\n").encode()
                sums["csv"].update(block)
                out.write(block)
        lines.seek(0)
        with archive.open(f"tables/{label}.jsonl", "w", force_zip64=True) as out:
            shutil.copyfileobj(lines, out, 256 * 1024)
    return {
        "title": str(model._meta.verbose_name_plural),
        "kind": kind_name(model) or "link",
        "columns": [_column(column) for column in columns],
        "rows": count,
        "sha256": {name: digest.hexdigest() for name, digest in sums.items()},
    }


def _column(column: models.Field) -> dict[str, Any]:
    about = {"name": column.attname, "type": column.get_internal_type()}
    if column.is_relation and column.related_model is not None:
        about["to"] = column.related_model._meta.label_lower
    return about


def _blocks(model: type[models.Model], names: list[str]) -> Iterator[list[tuple[Any, ...]]]:
    """The rows by primary key, some at a time, so that memory holds one block."""
    key = model._meta.pk.attname
    place = names.index(key)
    rows = model._base_manager.order_by(key)
    last: Any = None
    while True:
        more = rows if last is None else rows.filter(**{f"{key}__gt": last})
        block = list(more.values_list(*names)[:CHUNK])
        if not block:
            return
        last = block[-1][place]
        yield _blanked(model, names, block)


def _blanked(
    model: type[models.Model], names: list[str], block: list[tuple[Any, ...]]
) -> list[tuple[Any, ...]]:
    rule = BLANKED.get(model._meta.label_lower)
    if rule is None:
        return block
    mark, hidden = names.index(rule[0]), {names.index(name) for name in rule[1]}
    return [
        tuple("" if index in hidden else value for index, value in enumerate(row)) if row[mark] else row
        for row in block
    ]


def _plain(value: Any) -> Any:
    """A value as JSON knows it."""
    if isinstance(value, Decimal):
        return format(value, "f")
    if isinstance(value, (datetime, date, time)):
        return value.isoformat()
    if isinstance(value, (UUID, timedelta)):
        return str(value)
    if isinstance(value, (bytes, memoryview)):
        return base64.b64encode(bytes(value)).decode()
    return value


def _json(row: dict[str, Any]) -> str:
    return json.dumps({name: _plain(value) for name, value in row.items()}, ensure_ascii=False, default=str)


def _cell(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (dict, list)):
        return text_safe(json.dumps(value, ensure_ascii=False, default=str))
    shown = _plain(value)
    return text_safe(shown) if isinstance(value, str) else shown


def _file_out(archive: zipfile.ZipFile, row: StoredFile, contents: Contents) -> None:
    name = f"files/{row.pk}/{row.name}"
    try:
        stream = file_open(row)
    except (NotFound, FileDamaged):
        contents.missing.append(name)
        return
    digest = hashlib.sha256()
    with stream, archive.open(name, "w", force_zip64=True) as out:
        for block in blocks(stream):
            digest.update(block)
            out.write(block)
    contents.files[name] = digest.hexdigest()


def _closing_out(archive: zipfile.ZipFile, contents: Contents) -> None:
    organisation = current_organisation()
    manifest = {
        "format": FORMAT,
        "organisation": organisation.name,
        "made": timezone.now().isoformat(),
        "tables": contents.tables,
        "files": contents.files,
        "missing_files": contents.missing,
        "left_out": LEFT_OUT,
    }
    archive.writestr("manifest.json", json.dumps(manifest, indent=1, ensure_ascii=False))
    day = show_moment(timezone.now())
    archive.writestr("README.txt", README.format(name=organisation.name, day=day))
