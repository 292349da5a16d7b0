"""What people get to know after commit: the customer by mail, our salesperson in the bell."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.models import User
from apps.documents.services.printing import document_pdf
from apps.messaging.services.mail import mail_queue
from apps.messaging.services.notifications import lazy_text, notify
from apps.sales.models import Quotation
from apps.sales.services.public_links import quotation_link
from apps.tenancy.hosts import link_base

_TITLES = {
    "quotation_accepted": gettext_lazy("%(number)s was accepted by %(who)s"),
    "quotation_rejected": gettext_lazy("%(number)s was rejected by %(who)s"),
    "quotation_commented": gettext_lazy("%(who)s commented on %(number)s"),
}
_TONES = {"quotation_accepted": "success", "quotation_rejected": "danger"}


def quotation_mail(payload: dict[str, Any]) -> None:
    """Mail a sent offer with its link and PDF; nothing when it goes another way or was answered meanwhile."""
    quotation = (
        Quotation.objects.select_related("company", "party").filter(pk=payload["quotation_id"]).first()
    )
    if not payload.get("email") or quotation is None or quotation.status != "sent":
        return
    content, name = document_pdf(quotation)
    mail_queue(
        to=[payload["email"]],
        subject=_("Quotation %(n)s of %(company)s")
        % {"n": quotation, "company": quotation.company.trade_name},
        template="mail/quotation",
        context={
            "quotation": quotation,
            "company": quotation.company,
            "message": payload.get("message") or "",
            "url": f"{link_base()}{quotation_link(quotation)}",
        },
        attachments=[(name, content, "application/pdf")],
        target=quotation,
        by=User.objects.filter(pk=payload.get("by_id") or 0).first(),
        reply_to=quotation.company.email,
        language=quotation.party.language or "",
    )


def tell_owner(payload: dict[str, Any], event: str) -> None:
    """Tell the salesperson what the customer answered; his own entries he knows."""
    if payload.get("by_customer") is False or not payload.get("owner_id"):
        return
    quotation = Quotation.objects.filter(pk=payload["quotation_id"]).first()
    if quotation is None:
        return
    who = payload.get("decided_by") or payload.get("author") or ""
    notify(
        [payload["owner_id"]],
        event=event.replace("_", "."),
        title=lazy_text(_TITLES[event], number=str(quotation), who=who),
        text=payload.get("reason") or payload.get("text") or "",
        target=quotation,
        tone=_TONES.get(event, "info"),
    )
