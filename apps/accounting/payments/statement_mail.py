"""A statement of account to its party by mail, with its PDF."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from typing import Any

from django.utils import translation
from django.utils.translation import gettext as _

from apps.accounting.payments.statement import party_statement
from apps.accounting.printing.statement import statement_pdf
from apps.company.models import Company
from apps.core.formats import show_date
from apps.messaging.services.documents import Letter, party_language
from apps.parties.models import Party


def statement_letter(
    *,
    party: Party,
    company: Company,
    start: date,
    end: date,
    by: Any,
    to: Sequence[str],
    subject: str = "",
    text: str = "",
) -> Letter:
    """The mail made ready (``letter_queue``) in the party's language; it stands in the party's timeline.

    It renders the PDF: call it before the unit of work. Raises InvalidInput for a turned period.
    """
    with translation.override(party_language(party)):
        content = statement_pdf(party_statement(party=party, company=company, start=start, end=end))
        title = _("Statement of account of %(company)s") % {
            "company": company.trade_name or company.legal_name
        }
        period = f"{show_date(start)} – {show_date(end)}"
        facts = [(_("Period"), period)]
    return Letter(
        to=to,
        subject=subject or f"{title}, {period}",
        title=title,
        facts=facts,
        text=text,
        pdf=(f"statement-{party.code}-{end:%Y-%m-%d}.pdf", content),
        target=party,
        company=company,
        party=party,
        by=by,
    )
