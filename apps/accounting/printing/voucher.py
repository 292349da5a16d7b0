"""Manual vouchers: what the accountant and the approver sign."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.models import Voucher
from apps.accounting.printing.taxed import day_text, filled, watermark_of
from apps.core.formats import show_money, show_quantity
from apps.core.india.words import amount_in_words
from apps.documents.printing import PrintColumn, PrintDocument, PrintRow, PrintSignature, PrintTable
from apps.documents.services.printing import print_company


def voucher_print(document: Voucher) -> PrintDocument:
    """Accounts with their debits and credits, narration, entry number, two signatures."""
    code = document.company.currency.code
    entry = document.journal_entry
    return PrintDocument(
        title="Journal Voucher",
        number=document.number or _("Draft %(id)s") % {"id": document.pk},
        date=day_text(document.date),
        company=print_company(document.company),
        fields=filled(
            (_("Journal"), document.journal.name), (_("Entry"), entry.number if entry is not None else "")
        ),
        tables=(_lines(document),),
        words=amount_in_words(document.debit_total, code),
        intro=document.narration,
        signatures=(PrintSignature(_("Prepared by"), ours=False), PrintSignature(_("Authorised by"))),
        show_bank=False,
        currency=code,
        watermark=watermark_of(document),
    )


def _foreign(line: Any) -> str:
    """``USD 1,000.00 @ 83.25`` for a line in another currency than the company's."""
    if line.currency_id is None:
        return ""
    return f"{show_money(abs(line.amount), line.currency.code)} @ {show_quantity(line.exchange_rate)}"


def _lines(document: Voucher) -> PrintTable:
    rows = [
        PrintRow(
            (
                str(line.account),
                ", ".join(filter(None, (str(line.party or ""), _foreign(line), line.description))),
                line.debit or None,
                line.credit or None,
            )
        )
        for line in document.lines.select_related("account", "party", "currency")
    ]
    total = PrintRow((_("Total"), "", document.debit_total, document.credit_total), "total")
    return PrintTable(
        columns=(
            PrintColumn(_("Account"), weight=1),
            PrintColumn(_("Particulars"), weight=1),
            PrintColumn(_("Debit"), "right"),
            PrintColumn(_("Credit"), "right"),
        ),
        rows=(*rows, total),
    )
