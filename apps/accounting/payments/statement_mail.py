"""A statement of account to its party by mail, with its PDF."""

from __future__ import annotations

from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounting.payments.statement import party_statement
from apps.accounting.printing.statement import statement_pdf
from apps.company.models import Company
from apps.core.errors import InvalidInput
from apps.core.formats import show_date
from apps.messaging.models import MailMessage
from apps.messaging.services.mail import mail_queue
from apps.parties.models import Party


def statement_send(
    *,
    party: Party,
    company: Company,
    start: date,
    end: date,
    by: Any,
    to: str = "",
    subject: str = "",
    text: str = "",
) -> MailMessage:
    """Queue the mail: to ``to`` (several with commas), else to the party's address, in the party's language.

    It stands in the party's timeline. Raises InvalidInput naming ``to`` for bad or missing addresses.
    """
    addresses = [part.strip() for part in (to or party.email).split(",") if part.strip()]
    if not addresses:
        raise InvalidInput(
            _("The party has no e-mail address. Please name one."), field="to", code="required"
        )
    with translation.override(party.language or "en"):
        content = statement_pdf(party_statement(party=party, company=company, start=start, end=end))
        title = _("Statement of account of %(company)s") % {
            "company": company.trade_name or company.legal_name
        }
        period = f"{show_date(start)} – {show_date(end)}"
        facts = [(_("Period"), period)]
    return mail_queue(
        to=addresses[:20],
        subject=subject or f"{title}, {period}",
        template="mail/document",
        context={
            "title": title,
            "message": text,
            "facts": facts,
            "company": company,
            "party": party,
            "by": by,
        },
        attachments=[(f"statement-{party.code}-{end:%Y-%m-%d}.pdf", content, "application/pdf")],
        target=party,
        by=by,
        reply_to=getattr(by, "email", "") or company.email,
        language=party.language or "en",
    )
