"""Proof of the books of a company: chain, balances, sub-ledgers, worked out anew from the rows."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.ledger.balances import balances_prove, turnovers
from apps.accounting.ledger.chain import Problem, ledger_verify
from apps.accounting.models import Account, JournalEntry
from apps.accounting.statements.ageing import items_open_on
from apps.accounting.statements.base import NIL
from apps.core.formats import show_date
from apps.datatools.reports import Answer, Check, Column, Record, Row


def books_proof(values: dict[str, Any], user: Any) -> Answer:
    """Every entry of the year against its hash and its link, every kept balance against its lines, open items
    against their control accounts. Rows name what is broken; none = sound."""
    company, year = values["company"], values["year"]
    entries = JournalEntry.objects.filter(company=company, **({"fiscal_year": year} if year else {}))
    progress, total = values.get("progress"), entries.count()
    found = ledger_verify(
        company.pk,
        fiscal_year_id=year.pk if year else None,
        progress=(lambda done: progress(min(done, total), total)) if progress else None,
    )
    differences = balances_prove(company.pk)
    rows = [_problem_row(problem) for problem in found.problems[:500]]
    names = {a.pk: str(a) for a in Account.objects.filter(pk__in={d.account_id for d in differences})}
    rows += [
        Row(
            {
                "what": "balance",
                "number": names.get(d.account_id, ""),
                "detail": f"{d.grain} {show_date(d.start)}: {d.kept_debit}/{d.kept_credit} ≠ "
                f"{d.true_debit}/{d.true_credit}",
            }
        )
        for d in differences[:500]
    ]
    return Answer(
        columns=[
            Column("what", _("Problem")),
            Column("number", _("Entry or account")),
            Column("detail", _("What was found"), weight=1),
        ],
        rows=rows,
        totals={"entries": found.entries, "linked": found.seals, "waiting": found.unsealed},
        checks=[
            Check(_("Entries equal their hashes and links"), len(found.problems)),
            Check(_("Balances equal their lines"), len(differences)),
            *(_control_check(values, side) for side in Side),
        ],
        company=company,
        subtitle=_("%(entries)d entries, %(seals)d linked, %(waiting)d waiting")
        % {"entries": found.entries, "seals": found.seals, "waiting": found.unsealed},
    )


def _problem_row(problem: Problem) -> Row:
    row = Row({"what": problem.what, "number": problem.number, "detail": problem.detail})
    row.cells["entry"] = problem.entry_id
    if problem.entry_id:
        row.links["number"] = Record("accounting.journalentry", problem.entry_id)
    return row


def _control_check(values: dict[str, Any], side: Side) -> Check:
    """Open items of the day against the control accounts."""
    company, day = values["company"], values["on"]
    ids = list(Account.objects.filter(company=company, control=side).values_list("pk", flat=True))
    ledger = sum((c[0].balance for c in turnovers(company.pk, [day], account_ids=ids).values()), NIL)
    items = sum((item.open_base for item in items_open_on(company, side, day)), NIL)
    return Check(_("%(side)s equal their accounts") % {"side": side.label}, ledger - items)
