"""Any history of postings and reversals keeps the books in balance, on every day."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.db import connection, transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from apps.accounting.ledger import Posting, PostingLine, account_for, post, reverse
from apps.accounting.ledger.balances import balances_fold, turnovers
from apps.accounting.reports import COMPARE
from apps.accounting.statements.results import balance_sheet, profit_and_loss
from apps.accounting.statements.trial_balance import trial_balance
from apps.company.services.companies import fiscal_year_open
from tests.kit.ledger import assert_balanced

pytestmark = pytest.mark.django_db
ROLES = (
    "cash",
    "bank",
    "sales",
    "purchase",
    "expense",
    "capital",
    "cgst_output",
    "fixed_asset",
    "fx_gain_loss",
)
FIRST = date(2024, 4, 1)
money = st.integers(-10_000_000_00, 10_000_000_00).filter(bool).map(lambda paise: Decimal(paise).scaleb(-2))


@dataclass(frozen=True)
class Step:
    day: date
    lines: list[tuple[str, Decimal]] = field(default_factory=list)
    turned: bool = False


@st.composite
def steps(draw):
    day = FIRST + timedelta(days=draw(st.integers(0, 900)))
    amounts = draw(st.lists(money, min_size=1, max_size=6))
    roles = draw(st.lists(st.sampled_from(ROLES), min_size=len(amounts) + 1, max_size=len(amounts) + 1))
    return Step(day, list(zip(roles, [*amounts, -sum(amounts)], strict=True)), draw(st.booleans()))


class _Undo(Exception):
    """Leaves nothing behind between examples."""


@given(history=st.lists(steps(), max_size=12), fold_at=st.integers(0, 12), day=st.integers(0, 1000))
@settings(max_examples=25, deadline=None, suppress_health_check=list(HealthCheck))
def test_every_history_balances_on_every_day(company, history, fold_at, day):
    try:
        with transaction.atomic():
            _check(company, history, fold_at, FIRST + timedelta(days=day))
            raise _Undo
    except _Undo:
        pass


def _check(company, history, fold_at, on):
    for year in (FIRST, date(2025, 5, 1), date(2026, 5, 1)):
        fiscal_year_open(company=company, day=year)
    for number, step in enumerate(history):
        lines = [
            PostingLine(account_for(company, role), amount, company.currency_id, amount)
            for role, amount in step.lines
        ]
        wanted = Posting(company, "general", step.day, ("tests.property", number), "post", lines)
        (entry,) = post([wanted], by=None)
        if step.turned:
            reverse(entry, date=step.day + timedelta(days=3), by=None)
        if number == fold_at:
            balances_fold()
    _agrees(company, on)
    for values in _periods(company, on):
        for report in (trial_balance, profit_and_loss, balance_sheet):
            answer = report(values, None)
            assert answer.balanced, (report.__name__, answer.checks)
    assert_balanced()
    if all(step.turned for step in history):
        last = turnovers(company.pk, [date(2027, 3, 31)])
        assert all(cuts[0].balance == 0 for cuts in last.values())


def _periods(company, on):
    start = on.replace(day=1)
    for compare in (None, *dict(COMPARE.choices)):
        yield {"company": company, "from": start, "to": on, "on": on, "compare": compare, "zero": False}


def _agrees(company, on):
    """The kept balances of any day are the sums of the lines up to it."""
    found = {pk: cuts[0] for pk, cuts in turnovers(company.pk, [on]).items()}
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT account_id, sum(greatest(base_amount, 0)), sum(greatest(-base_amount, 0)) "
            "FROM accounting_journalline WHERE company_id = %s AND date <= %s GROUP BY 1",
            [company.pk, on],
        )
        for account, debit, credit in cursor.fetchall():
            assert (found[account].debit, found[account].credit) == (debit, credit)
