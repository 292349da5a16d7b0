"""A document to its party by mail, with its PDF."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils import translation
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from apps.core.formats import show_number
from apps.documents.models import Document
from apps.documents.services.printing import document_pdf
from apps.messaging.models import MailMessage
from apps.messaging.services.mail import mail_queue


def document_mail(
    document: Document,
    *,
    to: Sequence[str] = (),
    subject: str = "",
    text: str = "",
    by: Any,
    cc: Sequence[str] = (),
) -> MailMessage:
    """Queue a mail about a document with its PDF attached; the mail shows up in the document's timeline.

    Without ``to`` it goes to the party's address, in the party's language; replies go to ``by``, else to the
    company. Call it in a job or consumer rather than in a posting: it renders the PDF. Raises InvalidInput
    (``to``) for bad or missing addresses.
    """
    party, company = getattr(document, "party", None), document.company
    content, name = document_pdf(document, by=by)
    language = getattr(party, "language", "") or "en"
    with translation.override(language):
        title = _("%(what)s %(number)s of %(company)s") % {
            "what": str(document._meta.verbose_name).capitalize(),
            "number": document.number or document.pk,
            "company": company.trade_name or company.legal_name,
        }
        facts = document_facts(document)
    return mail_queue(
        to=to or [address for address in [getattr(party, "email", "")] if address],
        cc=cc,
        subject=subject or title,
        template="mail/document",
        context={
            "title": title,
            "message": text,
            "facts": facts,
            "company": company,
            "party": party,
            "by": by,
        },
        attachments=[(name, content, "application/pdf")],
        target=document,
        by=by,
        reply_to=getattr(by, "email", "") or company.email,
        language=language,
    )


def document_facts(document: Document) -> list[tuple[str, str]]:
    """What a reader wants to know before he opens the PDF: label and value, in the active language."""
    facts = [(_("Number"), document.number), (_("Date"), _day(document.date))]
    due = getattr(document, "due_date", None)
    if due:
        facts.append((_("Due on"), _day(due)))
    total: Decimal | None = getattr(document, "grand_total", None) or getattr(document, "amount", None)
    if total is not None:
        currency = getattr(getattr(document, "currency", None), "code", "")
        facts.append((_("Total"), f"{currency} {show_number(total)}".strip()))
    return [(label, value) for label, value in facts if value]


def _day(day: Any) -> str:
    return date_format(day, "j F Y")
