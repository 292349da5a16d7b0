"""The one way in for files, and the one way out: checked, named, hashed, kept under the organisation."""

from __future__ import annotations

import io
import uuid
from dataclasses import dataclass
from datetime import timedelta
from typing import IO, Any

from django.conf import settings
from django.core.files.storage import default_storage
from django.db import IntegrityError, connection, models, transaction
from django.db.models import ProtectedError
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.errors import BahiError, InvalidInput, NotFound
from apps.core.locks import lock_rows
from apps.core.quota import quota_claim
from apps.core.tenant import require_organisation
from apps.core.typed_settings import setting
from apps.files.models import StoredFile
from apps.files.places import remover
from apps.files.services.content import content_open, content_write
from apps.files.services.keys import data_key_new, data_key_of
from apps.files.services.kinds import KINDS, FileKind, Unfit, no_executable
from apps.files.services.names import clean_name, extension_of
from apps.files.services.scanner import scan


@dataclass(frozen=True)
class Purpose:
    """What a file is for: which families it may be of (empty: any) and how large it may be."""

    families: frozenset[str] = frozenset()
    max_bytes: int = 0


_purposes: dict[str, Purpose] = {
    "attachment": Purpose(),
    "picture": Purpose(frozenset({"picture"}), 3 * 1024 * 1024),
    "table": Purpose(frozenset({"table"})),
}


_columns: list[tuple[type[models.Model], str]] = []


def register_file_columns(model: type[models.Model], *names: str) -> None:
    """Columns that name a file without a key of the database: such a file isn't released either."""
    _columns.extend((model, name) for name in names if (model, name) not in _columns)


def file_check(uploaded: Any, *, purpose: str = "attachment", field: str = "file") -> None:
    """Check an uploaded file (Django's UploadedFile) before the transaction that keeps it opens.

    The virus scanner may take half a minute; no locks are held meanwhile. ``file_store`` doesn't check again.

    Raises InvalidInput naming ``field``: too large (code too_large), not on the list, content that isn't
    what the name says, a program, an archive bomb, a damaged picture or PDF, what the virus scanner refuses.
    """
    _checked(uploaded, purpose, field)


def file_store(uploaded: Any, *, by: Any, purpose: str = "attachment", field: str = "file") -> StoredFile:
    """Keep an uploaded file, checked here if ``file_check`` didn't yet. Raises what that raises."""
    content, name, kind = _checked(uploaded, purpose, field)
    return _keep(io.BytesIO(content), name, kind.content_type, by)


def _checked(uploaded: Any, purpose: str, field: str) -> tuple[bytes, str, FileKind]:
    """Content, clean name and kind; the upload remembers for which purpose it was found good."""
    rules = _purposes[purpose]
    limit = rules.max_bytes or settings.MAX_UPLOAD_BYTES
    if uploaded is None or not hasattr(uploaded, "read"):
        raise InvalidInput(_("Send a file."), field=field, code="required")
    if uploaded.size > limit:
        raise InvalidInput(
            _("The file is larger than %(n)d MB.") % {"n": limit // (1024 * 1024)},
            field=field,
            code="too_large",
        )
    uploaded.seek(0)  # a repeated unit of work reads it again
    content = uploaded.read(limit + 1)
    name = clean_name(uploaded.name or "")
    known = getattr(uploaded, "bahi_checked", {})
    try:
        kind = known.get(purpose) or content_check(content, name, rules.families)
    except Unfit as error:
        raise InvalidInput(str(error), field=field, code="unfit_file") from error
    uploaded.bahi_checked = {**known, purpose: kind}
    return content, name, kind


def content_check(content: bytes, name: str, families: frozenset[str] = frozenset()) -> FileKind:
    """The kind of a file whose name and content agree. Raises Unfit, Unavailable (no virus scanner)."""
    if not content:
        raise Unfit(_("The file is empty."))
    kind = KINDS.get(extension_of(name))
    if kind is None or (families and kind.family not in families):
        allowed = sorted(e for e, k in KINDS.items() if not families or k.family in families)
        raise Unfit(_("Files of this kind are not accepted. Accepted: %(e)s.") % {"e": ", ".join(allowed)})
    no_executable(content)
    kind.check(content)
    scan(content)
    return kind


def file_keep(content: bytes, *, name: str, by: Any = None) -> StoredFile:
    """Keep a file that we made ourselves (a printed document, an export): not checked again."""
    return file_keep_stream(io.BytesIO(content), name=name, by=by)


def file_keep_stream(stream: IO[bytes], *, name: str, by: Any = None) -> StoredFile:
    """``file_keep`` of a stream that can be sought, read in pieces: memory doesn't grow with the file."""
    name = clean_name(name)
    kind = KINDS.get(extension_of(name))
    stream.seek(0)
    return _keep(stream, name, kind.content_type if kind else "application/octet-stream", by)


def _keep(stream: IO[bytes], name: str, content_type: str, by: Any) -> StoredFile:
    """The content first, then room for it: nobody of the organisation waits while it is written."""
    path = path_new(name)
    place = f"{require_organisation()}/{path}"
    with transaction.atomic():
        key, sealed_key = data_key_new(path) if setting("files.encrypt") else (None, "")
        size, sha256 = content_write(place, stream, key)
        try:
            quota_claim("storage", size)
        except BahiError:
            default_storage.delete(place)
            raise
        return StoredFile.objects.create(
            name=name,
            path=path,
            content_type=content_type,
            size=size,
            sha256=sha256,
            sealed_key=sealed_key,
            owner_id=getattr(by, "pk", None),
        )


def path_new(name: str) -> str:
    """A random place for a content: nothing of it comes from a person but a known extension."""
    today = timezone.localdate()
    return f"{today:%Y/%m}/{uuid.uuid4().hex}.{extension_of(name) or 'bin'}"


def file_open(file: StoredFile) -> IO[bytes]:
    """The content as a binary stream, opened where it is encrypted; the caller closes it.

    Raises NotFound when the content was lost, FileDamaged when it was changed or its key is gone.
    """
    try:
        return _open(file)
    except FileNotFoundError:
        moved = StoredFile.objects.filter(pk=file.pk).exclude(path=file.path).first()
    try:
        if moved is not None:  # it was encrypted since the row was read
            return _open(moved)
    except FileNotFoundError:
        pass
    raise NotFound(_("The file is not there any more."))


def _open(file: StoredFile) -> IO[bytes]:
    return content_open(f"{require_organisation()}/{file.path}", data_key_of(file))


def file_read(file: StoredFile) -> bytes:
    with file_open(file) as stream:
        return stream.read()


def file_hold(pk: int) -> StoredFile | None:
    """The file, kept from ``file_release`` until the transaction ends: for whoever writes its id into a
    column that is no key. None when it is gone."""
    return next(iter(lock_rows(StoredFile, [pk], share=True)), None)


def file_release(pk: int) -> bool:
    """Remove a file that no record holds any more, its content after commit. Returns whether it went.

    The row is locked before the columns without a key are looked at: who puts the file into one of them holds
    it meanwhile (``file_hold``)."""
    file = next(iter(lock_rows(StoredFile, [pk])), None)
    if file is None or any(model._base_manager.filter(**{name: pk}).exists() for model, name in _columns):
        return False
    try:
        with transaction.atomic():
            file.delete()
            with connection.cursor() as cursor:
                cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
                cursor.execute("SET CONSTRAINTS ALL DEFERRED")
    except (IntegrityError, ProtectedError):
        return False
    place = f"{require_organisation()}/{file.path}"
    # A bucket that can't be reached now undoes nothing: the daily clean-up removes what no row names.
    transaction.on_commit(remover(place), robust=True)
    return True


def files_orphaned_remove(older_than: timedelta = timedelta(days=1)) -> int:
    """Remove what no row names (its transaction was rolled back). Returns how many."""
    base = require_organisation()
    limit, count = timezone.now() - older_than, 0
    for folder in _folders(base):
        names = default_storage.listdir(folder)[1]
        paths = {name: f"{folder}/{name}".removeprefix(f"{base}/") for name in names}
        known = set(StoredFile.objects.filter(path__in=paths.values()).values_list("path", flat=True))
        for path in set(paths.values()) - known:
            if default_storage.get_modified_time(f"{base}/{path}") < limit:
                default_storage.delete(f"{base}/{path}")
                count += 1
    return count


def _folders(base: str) -> list[str]:
    """``<schema>/<year>/<month>`` of this organisation."""
    if not default_storage.exists(base):
        return []
    years = [f"{base}/{year}" for year in default_storage.listdir(base)[0]]
    return [f"{year}/{month}" for year in years for month in default_storage.listdir(year)[0]]
