"""What the portal does when lower apps announce something."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.events import PortalInvitationAccepted, PortalSignedIn
from apps.core.events import consume, emit, subscribe
from apps.core.registry import KindRef
from apps.customer_portal.events import PortalNews
from apps.customer_portal.models import PortalMember
from apps.customer_portal.registry import section_of
from apps.customer_portal.selectors import portal_in_use
from apps.customer_portal.services import members
from apps.customer_portal.services.notices import announce_comment, announce_document
from apps.documents.events import CommentAdded, DocumentMoved
from apps.documents.services.timeline import timeline_add
from apps.messaging.catalogue import register_notification_event
from apps.messaging.events import DocumentMailed

register_notification_event("portal.registration", gettext_lazy("Somebody registers for the customer portal"))
register_notification_event(
    "portal.comment_of_customer", gettext_lazy("A customer or vendor comments on my document")
)
register_notification_event(
    "portal.document", gettext_lazy("There is a new document for me"), in_app=False, mail=True, portal=True
)
register_notification_event(
    "portal.comment", gettext_lazy("Somebody answers or comments"), in_app=False, mail=True, portal=True
)


@subscribe(PortalInvitationAccepted)
def activate(event: PortalInvitationAccepted) -> None:
    members.member_activate(event.user_id)


@subscribe(PortalSignedIn)
def note_sign_in(event: PortalSignedIn) -> None:
    """On the party's timeline, so that whoever looks after it sees that its people come."""
    member = PortalMember.objects.select_related("party", "user").filter(user_id=event.user_id).first()
    if member is not None:
        text = _("%(who)s signed in to the portal") % {"who": member.user}
        timeline_add(member.party, "portal_signed_in", text=text, data={"how": event.how})


@subscribe(DocumentMailed)
def share_what_was_mailed(event: DocumentMailed) -> None:
    members.shares_of_mail(event.addresses, event.target_kind, event.target_id)


@subscribe(DocumentMoved)
def note_news(event: DocumentMoved) -> None:
    """Only what somebody will be told of goes on: a posting pays nothing for a portal that nobody uses."""
    section = section_of(KindRef(event.kind, event.record_id).model)
    if section is not None and event.verb in section.announced and portal_in_use():
        emit(PortalNews(kind=event.kind, record_id=event.record_id, verb=event.verb))


@consume(PortalNews)
def tell_of_document(payload: dict[str, Any]) -> None:
    announce_document(payload)


@consume(CommentAdded)
def tell_of_comment(payload: dict[str, Any]) -> None:
    announce_comment(payload)
