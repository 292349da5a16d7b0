"""What people of customers are told of by mail, and our own of what those write."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy

from apps.core.registry import KindRef
from apps.core.tenant import current_organisation
from apps.customer_portal.registry import Section, section_of
from apps.customer_portal.selectors import members_for
from apps.documents.models import Comment
from apps.messaging.models import MailMessage
from apps.messaging.services.notifications import lazy_text, notify

LATELY = timedelta(hours=1)


def announce_document(payload: dict[str, Any]) -> None:
    """Tell the people of a firm that there is a document for them; not those to whom it was mailed anyway."""
    section, record = _found(payload["kind"], payload["record_id"])
    if section is None or record is None:
        return
    mailed = _mailed(payload["kind"], payload["record_id"])
    people = [m.user for m in members_for(record) if m.user.email not in mailed]
    notify(
        people,
        event="portal.document",
        title=lazy_text(
            gettext_lazy("%(what)s %(number)s from %(name)s"),
            what=section.one,
            number=str(record),
            name=current_organisation().name,
        ),
        url=reverse("portal_record", args=[section.key, record.pk]),
    )


def announce_comment(payload: dict[str, Any]) -> None:
    """A comment for both sides: of ours, tell the firm's people; of theirs, tell the document's owner."""
    if not payload.get("public"):
        return
    section, record = _found(payload["kind"], payload["record_id"])
    comment = Comment.objects.select_related("author").filter(pk=payload["comment_id"]).first()
    if section is None or record is None or comment is None:
        return
    title = lazy_text(
        gettext_lazy("%(who)s commented on %(number)s"), who=str(comment.author), number=str(record)
    )
    if comment.author.is_portal:
        notify(
            [record.owner_id],
            event="portal.comment_of_customer",
            title=title,
            text=comment.text,
            target=record,
        )
        return
    notify(
        [m.user for m in members_for(record)],
        event="portal.comment",
        title=title,
        text=comment.text,
        url=reverse("portal_record", args=[section.key, record.pk]),
        by=comment.author,
    )


def _found(kind: str, pk: int) -> tuple[Section | None, Any]:
    model = KindRef(kind, pk).model
    section = section_of(model)
    return section, section.model._base_manager.filter(pk=pk).first() if section else None


def _mailed(kind: str, pk: int) -> set[str]:
    """Addresses that the document itself was mailed to just now."""
    rows = MailMessage.objects.filter(
        target_kind=kind, target_id=pk, created_at__gt=timezone.now() - LATELY
    ).values_list("to", flat=True)
    return {address.lower() for to in rows for address in to}
