"""Files on any record."""

from __future__ import annotations

from typing import Any

from django.db import models
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.core.access import access_of
from apps.core.errors import NotAllowed, NotFound
from apps.core.locks import lock_row
from apps.core.registry import KindRef
from apps.core.scope import kind_of, record_open
from apps.documents.models import Attachment
from apps.documents.selectors import records_titles, titled
from apps.documents.services.timeline import timeline_add
from apps.files.models import StoredFile
from apps.files.services.storage import file_check, file_keep, file_read, file_store

MOST_TWINS = 50
"""Places of one file that are looked through for those a person may see."""


def may_attach(record: models.Model, user: Any) -> bool:
    """Who may change records of this kind, or made this one his own, may add and remove files; whom only a
    grant shows this one, if it lets him change it."""
    meta = record._meta
    access = access_of(user)
    some = access.has(f"{meta.app_label}.change_{meta.model_name}") or access.has(
        f"{meta.app_label}.add_{meta.model_name}"
    )
    return some and record_open(record, user)


def _require(record: models.Model, by: Any) -> None:
    if by is not None and not may_attach(record, by):
        raise NotAllowed(_("You may see this record, but not change its files."))


def attachment_check(record: models.Model, *, uploaded: Any, by: Any) -> None:
    """What ``attachment_add`` checks, before its transaction opens. Raises InvalidInput, NotAllowed."""
    _require(record, by)
    file_check(uploaded, purpose="attachment")


def attachment_add(record: models.Model, *, uploaded: Any, by: Any) -> Attachment:
    """Check and keep an uploaded file on a record that ``by`` may see. Raises InvalidInput, NotAllowed."""
    _require(record, by)
    return _add(record, file_store(uploaded, by=by, purpose="attachment"), by)


def attachment_keep(record: models.Model, *, content: bytes, name: str, by: Any = None) -> Attachment:
    """Put a file that we made ourselves on a record."""
    return _add(record, file_keep(content, name=name, by=by), by)


def _add(record: models.Model, file: StoredFile, by: Any) -> Attachment:
    row = Attachment.objects.create(target_kind=kind_of(record), target_id=record.pk, file=file, added_by=by)
    timeline_add(record, "file_added", text=file.name, data={"attachment": row.pk})
    return row


def attachment_remove(attachment: Attachment, *, record: models.Model, by: Any) -> None:
    """Take a file off its record; the file itself is kept for the record's history."""
    _require(record, by)
    row = lock_row(Attachment, attachment.pk)
    if row.removed_at is None:
        row.removed_at = timezone.now()
        row.save(update_fields=["removed_at"])
        timeline_add(record, "file_removed", text=row.file.name, data={"attachment": row.pk})


def attachment_twins(attachment: Attachment, user: Any) -> list[dict[str, str]]:
    """Other records that carry a file of the same content, those that ``user`` may see: {target, label, url}
    of the newest five, as a warning names them."""
    rows = Attachment.objects.filter(file__sha256=attachment.file.sha256, removed_at=None)
    rows = rows.exclude(target_kind=attachment.target_kind, target_id=attachment.target_id)
    places = dict.fromkeys(rows.order_by("-pk").values_list("target_kind", "target_id")[:MOST_TWINS])
    seen = records_titles(places, user)
    found = [seen[place] for place in places if place in seen][:5]
    return [
        {"target": one["target"], "label": titled(one["kind_label"], one["title"]), "url": one["url"]}
        for one in found
    ]


def attached_file_visible(file: StoredFile, user: Any) -> bool:
    """Guard of ``/media/``: a file on a record is read by whoever may see the record."""
    rows = Attachment.objects.filter(file=file, removed_at=None).values_list("target_kind", "target_id")
    return any(KindRef(kind, pk).get(user) is not None for kind, pk in rows)


def picture_bytes(file_id: int) -> bytes | None:
    """A stored picture for the print kit; None when it is gone."""
    file = StoredFile.objects.filter(pk=file_id).first()
    try:
        return file_read(file) if file is not None else None
    except NotFound:
        return None
