"""Who is told of what happens in the layers below. All of it after commit: telling never refuses a cause."""

from __future__ import annotations

from typing import Any

from django.contrib.auth import get_user_model
from django.utils.translation import gettext_lazy as _

from apps.accounts.events import GrantGiven
from apps.core.access import may
from apps.core.events import consume, emit, subscribe
from apps.core.registry import KindRef
from apps.documents.events import CommentAdded, DocumentAssigned, DocumentMoved
from apps.documents.lifecycle import lifecycles
from apps.documents.models import Comment
from apps.documents.selectors import record_title, record_url
from apps.messaging.events import OwnerToBeTold
from apps.messaging.services.notifications import lazy_text, notify
from apps.runtime.events import JobEnded
from apps.runtime.models import Job
from apps.runtime.models.job import JobState


@subscribe(DocumentMoved)
def owner_of_moved_document(event: DocumentMoved) -> None:
    """Only moves by another person are worth an event: most people move their own documents."""
    if event.owner_id and event.by_id and event.owner_id != event.by_id:
        emit(OwnerToBeTold(event.kind, event.record_id, event.verb, event.owner_id, event.by_id))


@consume(OwnerToBeTold)
def tell_owner_of_move(payload: dict[str, Any]) -> None:
    record = _record(payload, payload["owner_id"])
    if record is None:
        return
    table = lifecycles()[type(record)].by_name.get(payload["verb"])
    label = (table.past or table.label) if table else payload["verb"]
    notify(
        [payload["owner_id"]],
        event="document.moved",
        title=lazy_text(_("%(what)s: %(label)s"), what=_Title(record), label=label),
        text=lazy_text(_("By %(name)s"), name=_name(payload["by_id"])),
        target=record,
        by=payload["by_id"],
    )


@consume(GrantGiven)
def tell_of_shared_record(payload: dict[str, Any]) -> None:
    _tell(payload, payload["user_id"], "record.shared", _("Shared with you: %(what)s"))


@consume(DocumentAssigned)
def tell_new_owner(payload: dict[str, Any]) -> None:
    _tell(payload, payload["owner_id"], "document.assigned", _("You are now responsible: %(what)s"))


def _tell(payload: dict[str, Any], user_id: int, event: str, title: str) -> None:
    """Tell one person what somebody did with a record for him; nothing where he doesn't see it."""
    record = _record(payload, user_id)
    if record is not None:
        notify(
            [user_id],
            event=event,
            title=lazy_text(title, what=_Title(record)),
            text=lazy_text(_("By %(name)s"), name=_name(payload["by_id"])),
            target=record,
            by=payload["by_id"],
        )


@consume(CommentAdded)
def tell_mentioned(payload: dict[str, Any]) -> None:
    if not payload["mentioned"]:
        return
    comment = Comment.objects.filter(pk=payload["comment_id"], removed_at=None).first()
    for user_id in payload["mentioned"]:
        record = _record(payload, user_id) if comment else None
        if record is not None:
            notify(
                [user_id],
                event="comment.mention",
                title=lazy_text(
                    _("%(name)s mentions you: %(what)s"), name=_name(payload["by_id"]), what=_Title(record)
                ),
                text=comment.text[:500],
                target=record,
                by=payload["by_id"],
            )


@consume(JobEnded)
def tell_job_owner(payload: dict[str, Any]) -> None:
    job = Job.objects.filter(pk=payload["job_id"]).first()
    if job is None or not job.owner_id or job.state == JobState.CANCELLED:
        return
    good = job.state == JobState.DONE
    title = _("Finished: %(title)s") if good else _("Failed: %(title)s")
    notify(
        [job.owner_id],
        event="job.finished" if good else "job.failed",
        title=lazy_text(title, title=job.title),
        text=job.message,
        url=job.result_url or _job_page(job),
        tone="success" if good else "danger",
    )


def _job_page(job: Job) -> str:
    """The job in the back office, for those who may look at it there."""
    owner = get_user_model().objects.filter(pk=job.owner_id).first()
    return record_url("runtime.job", job.pk) if may(owner, "runtime.view_job") else ""


def _record(payload: dict[str, Any], user_id: int) -> Any:
    """The record, if this person may (still) see it."""
    user = get_user_model().objects.filter(pk=user_id, is_active=True).first()
    try:
        return KindRef(payload["kind"], payload["record_id"]).get(user) if user else None
    except LookupError:
        return None


class _Title:
    """The record's kind and name in the language in which it is read."""

    def __init__(self, record: Any) -> None:
        self.record = record

    def __str__(self) -> str:
        return record_title(self.record)


def _name(user_id: int | None) -> Any:
    user = get_user_model().objects.filter(pk=user_id).first() if user_id else None
    return str(user) if user else _("the system")
