"""Letters to a party by mail: a document, a statement, whatever a PDF goes with."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db import models
from django.utils import translation
from django.utils.translation import gettext as _

from apps.company.models import Company
from apps.core.errors import InvalidInput
from apps.core.formats import show_date, show_number
from apps.documents.models import Document
from apps.documents.services.printing import document_pdf
from apps.messaging.models import MailMessage
from apps.messaging.services.mail import MAX_RECIPIENTS, address_fault, mail_queue


@dataclass(frozen=True)
class Letter:
    """A mail of a company with its PDF, made ready: what is rendered before the unit of work that queues it.

    ``title`` and ``facts`` stand in it in the language of the ``party``; ``target``: in whose timeline it is.
    """

    to: Sequence[str]
    title: str
    facts: list[tuple[str, str]]
    pdf: tuple[str, bytes]
    target: models.Model
    company: Company
    party: Any
    by: Any
    subject: str = ""
    text: str = ""
    cc: Sequence[str] = ()


def letter_queue(letter: Letter) -> MailMessage:
    """Queue the mail; replies go to who sent it, else to the company. Raises InvalidInput (``to``)."""
    name, content = letter.pdf
    return mail_queue(
        to=letter.to,
        cc=letter.cc,
        subject=letter.subject or letter.title,
        template="mail/document",
        context={
            "title": letter.title,
            "message": letter.text,
            "facts": letter.facts,
            "company": letter.company,
            "party": letter.party,
            "by": letter.by,
        },
        attachments=[(name, content, "application/pdf")],
        target=letter.target,
        by=letter.by,
        reply_to=getattr(letter.by, "email", "") or letter.company.email,
        language=party_language(letter.party),
    )


def party_language(party: Any) -> str:
    """The language in which one writes to a party."""
    return getattr(party, "language", "") or "en"


def addresses_read(text: str, party: Any, *, field: str = "to") -> list[str]:
    """The addresses that a person typed with commas between, else the party's.

    Raises InvalidInput naming ``field``: none, one that is no address, more than a mail may have.
    """
    addresses = [part.strip() for part in (text or party.email).split(",") if part.strip()]
    if not addresses:
        raise InvalidInput(
            _("The party has no e-mail address. Please name one."), field=field, code="required"
        )
    if len(addresses) > MAX_RECIPIENTS:
        raise InvalidInput(_("At most %(n)d addresses.") % {"n": MAX_RECIPIENTS}, field=field)
    for address in addresses:
        if fault := address_fault(address):
            raise InvalidInput(fault, field=field)
    return addresses


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
    with translation.override(party_language(party)):
        title = _("%(what)s %(number)s of %(company)s") % {
            "what": str(document._meta.verbose_name).capitalize(),
            "number": document.number or document.pk,
            "company": company.trade_name or company.legal_name,
        }
        facts = document_facts(document)
    return letter_queue(
        Letter(
            to=to or [address for address in [getattr(party, "email", "")] if address],
            cc=cc,
            subject=subject,
            title=title,
            facts=facts,
            text=text,
            pdf=(name, content),
            target=document,
            company=company,
            party=party,
            by=by,
        )
    )


def document_facts(document: Document) -> list[tuple[str, str]]:
    """What a reader wants to know before he opens the PDF: label and value, in the active language."""
    facts = [(_("Number"), document.number), (_("Date"), show_date(document.date))]
    due = getattr(document, "due_date", None)
    if due:
        facts.append((_("Due on"), show_date(due)))
    total: Decimal | None = getattr(document, "grand_total", None) or getattr(document, "amount", None)
    if total is not None:
        currency = getattr(getattr(document, "currency", None), "code", "")
        facts.append((_("Total"), f"{currency} {show_number(total)}".strip()))
    return [(label, value) for label, value in facts if value]
