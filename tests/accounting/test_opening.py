"""Opening balances: everything but parties and stock, balanced, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.ledger import account_for
from apps.accounting.models import JournalEntry
from apps.accounting.payments.open_items import OpeningItem, opening_items_post
from apps.accounting.services.opening import OpeningRow, opening_trial_balance_post
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from tests.factories.invoicing import customer
from tests.kit.ledger import assert_balanced, balance
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
D = Decimal


def test_accountant_brings_in_a_trial_balance_and_equity_ends_at_zero(company):
    day = company_today()
    rows = [
        OpeningRow("1510", debit=D("50000.00")),
        OpeningRow("1410", debit=D("11800.00")),
        OpeningRow("2110", credit=D("60000.00")),
        OpeningRow("3210", credit=D("1800.00")),
    ]
    made = opening_trial_balance_post(company=company, date=day, rows=rows, by=None)
    assert made.expected == {"1410": D("11800.00")}
    assert made.opening_equity == D("11800.00")
    item = OpeningItem(customer(), "receivable", "OLD/7", day, D("11800.00"))
    opening_items_post(company=company, items=[item], day=day, source=("tests.import", 1), by=None)
    assert balance(account_for(company, "opening_equity")) == 0
    assert balance(account_for(company, "bank")) == D(50000)
    again = opening_trial_balance_post(company=company, date=day, rows=rows, by=None)
    assert again.entry.pk == made.entry.pk
    assert JournalEntry.objects.filter(company=company).count() == 2
    assert_balanced()
    assert_subledger_equals_control(company)


@pytest.mark.parametrize(
    ("rows", "field"),
    [
        ([("1510", "1", "0"), ("2110", "0", "2")], "rows"),
        ([("1510", "-1", "0"), ("2110", "0", "-1")], "rows.0.debit"),
        ([("1510", "1", "1"), ("2110", "0", "0")], "rows.0.credit"),
        ([("nonsense", "1", "0"), ("2110", "0", "1")], "rows.0.account"),
        ([("1500", "1", "0"), ("2110", "0", "1")], "rows.0.account"),
        ([("1510", "0.001", "0"), ("2110", "0", "0.001")], "rows.0.debit"),
        ([("1510", "NaN", "0"), ("2110", "0", "1")], "rows.0.debit"),
        ([], "rows"),
    ],
)
def test_wrong_rows_are_named_and_nothing_is_posted(company, rows, field):
    given = [OpeningRow(code, D(debit), D(credit)) for code, debit, credit in rows]
    with pytest.raises(InvalidInput) as refused:
        opening_trial_balance_post(company=company, date=company_today(), rows=given, by=None)
    assert field in [error.field for error in refused.value.errors]
    assert not JournalEntry.objects.filter(company=company).exists()
