"""The statement of account as a PDF."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import gettext as _

from apps.accounting.calculation.ageing import NOT_DUE
from apps.accounting.payments.statement import Statement, StatementPart
from apps.accounting.printing.taxed import day_text
from apps.documents.printing import PrintColumn, PrintParty, PrintReport, PrintRow, PrintTotal, render_report
from apps.documents.services.printing import address_lines, print_company


def statement_pdf(statement: Statement) -> bytes:
    """One table for each currency, with the ageing of what is open."""
    return render_report(statement_print(statement))


def statement_print(statement: Statement) -> PrintReport:
    """The statement as values of the print kit."""
    party = statement.party
    address = party.addresses.first()
    rows: list[PrintRow] = []
    for part in statement.parts:
        rows += _part_rows(statement, part, several=len(statement.parts) > 1)
    first = statement.parts[0] if statement.parts else None
    return PrintReport(
        title=_("Statement of Account"),
        columns=(
            PrintColumn(_("Date")),
            PrintColumn(_("Document"), weight=1),
            PrintColumn(_("Number")),
            PrintColumn(_("Due")),
            PrintColumn(_("Debit"), "right"),
            PrintColumn(_("Credit"), "right"),
            PrintColumn(_("Balance"), "right"),
        ),
        rows=tuple(rows),
        company=print_company(statement.company),
        period=_("%(a)s to %(b)s") % {"a": day_text(statement.start), "b": day_text(statement.end)},
        party=PrintParty(
            name=party.legal_name,
            address=address_lines(address) if address else (),
            gstin=party.gstin,
        ),
        summary=_summary(first) if first and len(statement.parts) == 1 else (),
        notes=" ".join(
            text
            for text in ("" if rows else _("Nothing was posted and nothing is open."), statement.remark)
            if text
        ),
        zero="zero",
        currency=first.currency.code if first and len(statement.parts) == 1 else "INR",
    )


def _part_rows(statement: Statement, part: StatementPart, *, several: bool) -> list[PrintRow]:
    rows = [PrintRow((part.currency.code,), "section")] if several else []
    opening = day_text(statement.start)
    rows.append(PrintRow((opening, _("Opening balance"), "", "", None, None, part.opening), "strong"))
    rows += [
        PrintRow(
            (
                day_text(row.date),
                row.what,
                row.number,
                day_text(row.due_date),
                row.debit or None,
                row.credit or None,
                row.balance,
            )
        )
        for row in part.rows
    ]
    closing = (day_text(statement.end), _("Closing balance"), "", "", part.debit, part.credit, part.closing)
    rows.append(PrintRow(closing, "total"))
    return rows


def _summary(part: StatementPart) -> tuple[PrintTotal, ...]:
    """What is open by age at the end of the period."""
    rows = []
    for label, amount in part.buckets.buckets.items():
        if amount:
            text = _("Not yet due") if label == NOT_DUE else _("%(d)s days overdue") % {"d": label}
            rows.append(PrintTotal(text, amount))
    total: Decimal = part.closing
    return (*rows, PrintTotal(_("Balance"), total, "grand"))
