"""Whether the three parts of an opening fit together: trial balance, open documents, stock.

The trial balance names what debtors, creditors and stock have to come to; open documents and stock bring it
in. Here both are set against each other, whatever order they came in.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.db.models import Q, QuerySet, Sum
from django.utils.translation import gettext as _

from apps.accounting.choices import Control, JournalKind
from apps.accounting.ledger import account_for
from apps.accounting.models import Account, JournalLine
from apps.accounting.services.opening import BY_DOCUMENTS
from apps.accounting.services.opening_entries import TRIAL_BALANCE
from apps.accounting.statements.base import NIL
from apps.company.models import Company
from apps.core.formats import show_number
from apps.datatools.reports import Answer, Check, Column, Row


@dataclass(frozen=True)
class Part:
    """One kind of control account; amounts debit-positive. ``stated``: by the trial balance, None when it
    leaves this kind out (or hasn't come yet). ``brought``: by open documents or stock."""

    control: Control
    stated: Decimal | None
    brought: Decimal

    @property
    def missing(self) -> Decimal:
        """What has still to be brought in; below 0 on a debit account: more came than was stated."""
        return NIL if self.stated is None else self.stated - self.brought


@dataclass(frozen=True)
class OpeningState:
    """``equity``: what stands on opening balance equity from the opening, debit-positive."""

    parts: tuple[Part, ...]
    equity: Decimal

    @property
    def complete(self) -> bool:
        return not self.equity and not any(part.missing for part in self.parts)


def opening_state(company: Company) -> OpeningState:
    """The opening entries of a company (those taken back cancel out), in three queries."""
    lines = JournalLine.objects.filter(company=company, entry__journal__journal_kind=JournalKind.OPENING)
    equity = account_for(company, "opening_equity")
    stated = _stated(company, lines.filter(account=equity))
    rows = lines.filter(account__control__in=BY_DOCUMENTS).values_list("account__control")
    brought = dict(rows.annotate(total=Sum("base_amount")).order_by())
    parts = tuple(
        Part(control, stated.get(control), brought.get(control.value, NIL)) for control in BY_DOCUMENTS
    )
    total = lines.filter(account=equity).aggregate(total=Sum("base_amount"))["total"]
    return OpeningState(parts, total or NIL)


def _stated(company: Company, lines: QuerySet[JournalLine]) -> dict[str, Decimal]:
    """{control: balance of the trial balance}: its lines on opening equity carry the account's code."""
    controls = dict(
        Account.objects.filter(company=company, control__in=BY_DOCUMENTS).values_list("code", "control")
    )
    rows = lines.filter(
        Q(entry__purpose__startswith=TRIAL_BALANCE)
        | Q(entry__reversal_of__purpose__startswith=TRIAL_BALANCE),
        description__in=controls,
    )
    found: dict[str, Decimal] = {}
    for code, amount in rows.values_list("description").annotate(total=Sum("base_amount")).order_by():
        found[controls[code]] = found.get(controls[code], NIL) + amount
    return found


def opening_notes(company: Company) -> list[str]:
    """What an import of a part of the opening says about the whole, in sentences."""
    state = opening_state(company)
    text = _("%(what)s: the trial balance says %(stated)s, %(brought)s came in, %(missing)s differs.")
    notes = [
        text
        % {
            "what": part.control.label,
            "stated": _sided(part.stated or NIL),
            "brought": _sided(part.brought),
            "missing": _sided(part.missing),
        }
        for part in state.parts
        if part.missing
    ]
    if state.equity:
        notes.append(
            _("Opening balance equity stands at %(amount)s. It comes to nothing when trial balance, open "
              "documents and stock are all in and agree.")
            % {"amount": _sided(state.equity)}
        )  # fmt: skip
    elif state.complete:
        notes.append(_("The opening is complete: trial balance, open documents and stock agree."))
    return notes


def _sided(amount: Decimal) -> str:
    text = show_number(abs(amount))
    if not amount:
        return text
    side = _("%(amount)s debit") if amount > 0 else _("%(amount)s credit")
    return side % {"amount": text}


def opening_report(values: dict[str, Any], user: Any) -> Answer:
    """What the trial balance states against what documents and stock brought in; equity at the end."""
    company: Company = values["company"]
    state = opening_state(company)
    rows = [
        Row(
            {
                "what": str(part.control.label),
                "stated": part.stated,
                "brought": part.brought,
                "missing": part.missing,
            }
        )
        for part in state.parts
    ]
    rows.append(Row({"what": _("Opening balance equity"), "missing": state.equity}, kind="total"))
    return Answer(
        columns=[
            Column("what", _("Account"), weight=1),
            Column("stated", _("In the trial balance"), "money"),
            Column("brought", _("Brought in"), "money"),
            Column("missing", _("Still to come"), "money"),
        ],
        rows=rows,
        totals={"equity": state.equity},
        checks=[
            *(Check(part.control.label, part.missing) for part in state.parts),
            Check(_("Opening balance equity is nothing"), state.equity),
        ],
        company=company,
        notes=_(
            "Debit is positive. Open invoices and bills and opening stock replace the rows of the trial "
            "balance for debtors, creditors and stock; the other side of each stands on opening balance "
            "equity until all have come in."
        ),
    )
