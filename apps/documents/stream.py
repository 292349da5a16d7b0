"""The one stream of a record: changes of fields, transitions, comments, files, prints, mails; newest first.

Higher apps add what they know of a record by ``register_stream_source`` (messaging: its mails).
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from django.db import models
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.api.representation import iso_time
from apps.core.scope import kind_of
from apps.documents.changes import Change, history_changes
from apps.documents.lifecycle import lifecycles
from apps.documents.models import Attachment, Comment, TimelineEntry
from apps.files.selectors import file_url

TOGETHER = timedelta(seconds=3)
MARGIN = 10
LABELS = {
    "created": gettext_lazy("Created"),
    "changed": gettext_lazy("Changed"),
    "deleted": gettext_lazy("Deleted"),
    "printed": gettext_lazy("Printed"),
    "file_removed": gettext_lazy("File removed"),
}
OWN_ROWS = ("file_added",)  # shown by the attachment itself, with its link
CHANGES, COMMENTS, FILES, MAILS = "changes", "comments", "files", "mails"
GROUPS = (CHANGES, COMMENTS, FILES, MAILS)
"""What a reader may ask for alone. Whatever is none of the others is a change: transitions, prints."""


@dataclass
class Entry:
    """What happened once. ``key`` is stable; ``data`` carries what a page needs besides (a file's url)."""

    key: str
    at: datetime
    verb: str
    text: str = ""
    actor_id: int | None = None
    actor_label: str = ""
    changes: list[Change] = field(default_factory=list)
    data: dict[str, Any] = field(default_factory=dict)

    def as_dict(self) -> dict[str, Any]:
        return {
            "id": self.key,
            "at": iso_time(self.at),
            "verb": self.verb,
            "text": self.text,
            "actor": self.actor_id,
            "actor_label": self.actor_label,
            "changes": [change.as_dict() for change in self.changes],
            "data": self.data,
        }


Source = Callable[[str, int, datetime | None, int, Any], list[Entry]]
_sources: list[tuple[str, Source]] = []


def register_stream_source(group: str) -> Callable[[Source], Source]:
    """Decorator of ``function(kind, id, before, limit, user) → [Entry]``, newest first, all of one group."""

    def register(function: Source) -> Source:
        _sources.append((group, function))
        return function

    return register


def stream_page(
    record: models.Model,
    user: Any,
    *,
    before: datetime | None,
    limit: int,
    groups: Collection[str] = GROUPS,
) -> list[Entry]:
    """At most ``limit`` entries older than ``before`` of a record that the user may see, and one more if
    there are more. A bounded number of queries, whatever the record's history."""
    kind, wanted = kind_of(record), limit + MARGIN
    entries: list[Entry] = []
    if CHANGES in groups or FILES in groups:
        told = _told(record, kind, before, wanted, groups)
        entries += told
        if CHANGES in groups:
            entries += _unmerged(history_changes(record, user, before=before, limit=wanted), told)
    if COMMENTS in groups:
        entries += _comments(kind, record.pk, before, wanted)
    if FILES in groups:
        entries += _attachments(kind, record.pk, before, wanted)
    for group, source in _sources:
        if group in groups:
            entries += source(kind, record.pk, before, wanted, user)
    entries.sort(key=lambda entry: (entry.at, entry.key), reverse=True)
    return entries[: limit + 1]


def _until(queryset: Any, name: str, before: datetime | None, limit: int) -> Any:
    if before is not None:
        queryset = queryset.filter(**{f"{name}__lt": before})
    return queryset[:limit]


def _told(
    record: models.Model, kind: str, before: datetime | None, limit: int, groups: Collection[str]
) -> list[Entry]:
    rows = TimelineEntry.objects.filter(target_kind=kind, target_id=record.pk).exclude(verb__in=OWN_ROWS)
    if FILES not in groups:
        rows = rows.exclude(verb__in=FILE_VERBS)
    elif CHANGES not in groups:
        rows = rows.filter(verb__in=FILE_VERBS)
    labels = _transition_labels(type(record))
    return [
        Entry(
            f"t{row.pk}",
            row.at,
            row.verb,
            _text_of(row, labels),
            row.actor_id,
            row.actor_label,
            data=row.data,
        )
        for row in _until(rows, "at", before, limit)
    ]


def _text_of(row: TimelineEntry, labels: dict[str, str]) -> str:
    """In the reader's language where the verb is known; the text that was kept otherwise."""
    if row.verb in labels:
        return labels[row.verb]
    label = str(LABELS.get(row.verb, ""))
    if row.verb in ("created", "changed", "printed") or not row.text:
        return label or row.text or row.verb
    return f"{label}: {row.text}" if label else row.text


def _transition_labels(model: type[models.Model]) -> dict[str, str]:
    table = lifecycles().get(model)  # type: ignore[call-overload]  # the class is a document's here
    return {item.name: str(item.past or item.label) for item in table.transitions} if table else {}


def _unmerged(history: list[Entry], told: list[Entry]) -> list[Entry]:
    """Give the changed fields to the entry of the same moment; what stays alone is an entry of its own."""
    alone = []
    for entry in history:
        near = [t for t in told if abs(t.at - entry.at) <= TOGETHER and t.verb not in LABELS_OF_FILES]
        if near:
            target = min(near, key=lambda t: abs(t.at - entry.at))
            if entry.verb != "created":
                target.changes = _joined(entry.changes, target.changes)
        elif entry.changes or entry.verb != "changed":
            entry.text = str(LABELS[entry.verb])
            alone.append(entry)
    return alone


FILE_VERBS = ("file_added", "file_removed")
LABELS_OF_FILES = (*FILE_VERBS, "printed")


def _joined(older: list[Change], newer: list[Change]) -> list[Change]:
    """Two saves of one moment as one: first old value, last new value."""
    merged = {change.field: change for change in older}
    for change in newer:
        first = merged.get(change.field)
        merged[change.field] = Change(
            change.field, change.label, first.old if first else change.old, change.new
        )
    return [change for change in merged.values() if change.old != change.new]


def _comments(kind: str, pk: int, before: datetime | None, limit: int) -> list[Entry]:
    rows = Comment.objects.filter(target_kind=kind, target_id=pk, removed_at=None).select_related("author")
    return [
        Entry(
            f"c{row.pk}",
            row.created_at,
            "comment",
            row.text,
            row.author_id,
            str(row.author),
            data={"comment": row.pk, "edited": row.edited_at is not None, "public": row.public},
        )
        for row in _until(rows, "created_at", before, limit)
    ]


def _attachments(kind: str, pk: int, before: datetime | None, limit: int) -> list[Entry]:
    rows = Attachment.objects.filter(target_kind=kind, target_id=pk).select_related("file", "added_by")
    return [
        Entry(
            f"f{row.pk}",
            row.created_at,
            "file",
            _("File added: %(name)s") % {"name": row.file.name},
            row.added_by_id,
            str(row.added_by or _("System")),
            data={
                "attachment": row.pk,
                "name": row.file.name,
                "content_type": row.file.content_type,
                "url": file_url(row.file) if row.removed_at is None else "",
            },
        )
        for row in _until(rows, "created_at", before, limit)
    ]
