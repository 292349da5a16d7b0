"""A whole export from being asked for to being taken: made by a job, kept encrypted, given out once."""

from __future__ import annotations

import hashlib
import uuid
from datetime import timedelta
from tempfile import TemporaryFile
from typing import IO, Any

from django.core.files.base import File
from django.core.files.storage import default_storage
from django.core.signing import BadSignature
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.backup.keys import keyring
from apps.backup.models import DataExport
from apps.backup.services.open_formats import Contents, Progress, export_write
from apps.core.errors import NotFound, Refused
from apps.core.file_answer import FileAnswer
from apps.core.locks import advisory_lock, lock_row
from apps.core.sealed_stream import DecryptingReader, EncryptingWriter
from apps.core.tenant import current_organisation, require_organisation, timestamp_signer
from apps.core.work_folder import work_folder
from apps.files.places import remover
from apps.runtime.models import Job

KEPT_HOURS = 24
LINK_SECONDS = 600
_PURPOSE = "data-export"


def export_ask(*, by: Any, request: Any = None) -> DataExport:
    """Note who asks; the caller starts the job. Refused while one of his is being made."""
    advisory_lock(f"backup.export:{by.pk}")
    if Job.objects.filter(task="backup.run_export", owner_id=by.pk, finished_at=None).exists():
        raise Refused(_("An export is being made already."), code="running")
    row = DataExport.objects.create(owner_id=by.pk)
    access_log_write(AccessEvent.EXPORT, request=request, user=by, detail={"kind": "whole", "step": "asked"})
    return row


def export_make(row: DataExport, *, progress: Progress) -> Contents:
    """Write the file, whole or not at all. Only reads the organisation; the row is the caller's to change."""
    name = f"{uuid.uuid4().hex}.sealed"
    head = {"organisation": current_organisation().slug, "export": row.pk}
    with TemporaryFile(dir=work_folder()) as raw:
        with EncryptingWriter(raw, keyring(), head) as sealed:
            stream = _Counted(sealed)
            contents = export_write(stream, progress=progress)  # type: ignore[arg-type]  # is written to only
        raw.seek(0)
        default_storage.save(_place(name), File(raw, name=name))
    row.path, row.size, row.sha256 = name, stream.size, stream.digest.hexdigest()
    row.tables, row.rows, row.files = len(contents.tables), contents.rows, len(contents.files)
    return contents


def export_ready(row: DataExport) -> None:
    """The file is there: it may be taken for a day."""
    row.ready_at = timezone.now()
    row.expires_at = row.ready_at + timedelta(hours=KEPT_HOURS)
    row.save()


def export_link(row: DataExport) -> str:
    """A token that takes this export, for ten minutes."""
    return timestamp_signer(_PURPOSE).sign(str(row.pk))


def export_take(token: str, *, by: Any, request: Any = None) -> tuple[DataExport, IO[bytes]]:
    """``export_give`` by a token of ``export_link``. Raises NotFound for a bad or old one too."""
    try:
        number = int(timestamp_signer(_PURPOSE).unsign(token, max_age=LINK_SECONDS))
    except (BadSignature, ValueError) as error:
        raise NotFound(_("This link is over. Open the page again.")) from error
    return export_give(number, by=by, request=request)


def export_give(number: int, *, by: Any, request: Any = None) -> tuple[DataExport, IO[bytes]]:
    """The export as a stream of plain bytes, once; its file goes when the stream is closed.

    Raises NotFound for what is another one's, Refused when it was taken or its time is over.
    """
    row = lock_row(DataExport, number)
    if row.owner_id != by.pk:
        raise NotFound(_("Not found."))
    if not row.waiting:
        raise Refused(_("This export was downloaded already, or its time is over."), code="over")
    place = _place(row.path)
    try:
        raw = default_storage.open(place, "rb")
    except FileNotFoundError as error:
        raise Refused(_("This export is not there any more."), code="over") from error
    row.taken_at = row.removed_at = timezone.now()
    row.save(update_fields=["taken_at", "removed_at"])
    told = {"kind": "whole", "step": "downloaded", "rows": row.rows, "sha256": row.sha256}
    access_log_write(AccessEvent.EXPORT, request=request, user=by, detail=told)
    return row, _Given(raw, keyring(), place)  # type: ignore[return-value]  # reads as a binary stream


def export_answer(row: DataExport, stream: IO[bytes]) -> FileAnswer:
    """What a browser or program gets: the archive under the organisation's name."""
    name = f"{current_organisation().slug}-{row.ready_at:%Y%m%d-%H%M}.zip"
    answer = FileAnswer(stream, as_attachment=True, filename=name, content_type="application/zip")
    answer["Content-Length"] = str(row.size)
    return answer


def exports_expire() -> int:
    """Remove what was not taken in time, and files that no row names. Returns how many rows."""
    now = timezone.now()
    rows = list(DataExport.objects.filter(removed_at=None, expires_at__lt=now))
    for row in rows:
        default_storage.delete(_place(row.path))
        row.removed_at = now
        row.save(update_fields=["removed_at"])
    known = set(DataExport.objects.filter(removed_at=None).values_list("path", flat=True))
    old = now - timedelta(hours=KEPT_HOURS)
    for name in default_storage.listdir(_place())[1]:
        if name not in known and default_storage.get_modified_time(_place(name)) < old:
            default_storage.delete(_place(name))
    return len(rows)


def _place(name: str = "") -> str:
    """Among the organisation's files, so that it goes when the organisation goes."""
    return "/".join(part for part in (require_organisation(), "exports", name) if part)


class _Given(DecryptingReader):
    """Removes the file when it is closed; one that was never closed goes with the next clean-up."""

    def __init__(self, raw: IO[bytes], keys: dict[str, bytes], place: str) -> None:
        super().__init__(raw, keys)
        self._remove = remover(place)

    def close(self) -> None:
        if not self.closed:
            super().close()
            self._remove()


class _Counted:
    """Counts and hashes what passes."""

    def __init__(self, target: Any) -> None:
        self._target, self.size, self.digest = target, 0, hashlib.sha256()

    def write(self, data: Any) -> int:
        self.size += len(data)
        self.digest.update(data)
        return self._target.write(data)

    def flush(self) -> None:
        """The writer below keeps its last chunk until it is closed."""
