"""The closing of a year on paper: every account that it moved, for the auditor's file."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.accounting.closing.services import results_of
from apps.accounting.models import YearClosing
from apps.accounting.printing.taxed import day_text, filled, watermark_of
from apps.core.india.words import amount_in_words
from apps.documents.printing import PrintColumn, PrintDocument, PrintRow, PrintSignature, PrintTable
from apps.documents.services.printing import print_company


def closing_print(document: YearClosing) -> PrintDocument:
    """Income and expense accounts with the result, entry number, two signatures."""
    code, entry = document.company.currency.code, document.journal_entry
    back = document.reversal_entry
    return PrintDocument(
        title="Year Closing",
        number=document.number or _("Draft %(id)s") % {"id": document.pk},
        date=day_text(document.date),
        company=print_company(document.company),
        fields=filled(
            (_("Fiscal year"), document.fiscal_year.label),
            (_("Entry"), entry.number if entry is not None else ""),
            (_("Reversal"), back.number if back is not None else ""),
            (_("Opened again because"), document.reopen_reason),
        ),
        tables=(_accounts(document),),
        words=amount_in_words(abs(document.profit), code),
        intro=_("Income and expenses of the year, moved to retained earnings."),
        signatures=(PrintSignature(_("Prepared by"), ours=False), PrintSignature(_("Authorised by"))),
        show_bank=False,
        currency=code,
        watermark=watermark_of(document),
    )


def _accounts(document: YearClosing) -> PrintTable:
    """The accounts as the entry has them; of a draft as they stand now."""
    if document.journal_entry_id is None:
        found = results_of(document.company_id, document.date)
    else:
        lines = document.journal_entry.lines.select_related("account").order_by("position")
        found = [(line.account, -line.base_amount) for line in lines if line.account.account_type != "equity"]
    rows = [
        PrintRow((str(account), balance if balance > 0 else None, -balance if balance < 0 else None))
        for account, balance in found
    ]
    label = _("Profit of the year") if document.profit >= 0 else _("Loss of the year")
    rows.append(PrintRow((label, max(document.profit, 0) or None, max(-document.profit, 0) or None), "total"))
    return PrintTable(
        columns=(
            PrintColumn(_("Account"), weight=1),
            PrintColumn(_("Expense"), "right"),
            PrintColumn(_("Income"), "right"),
        ),
        rows=tuple(rows),
    )
