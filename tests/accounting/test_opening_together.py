"""Trial balance, open documents and stock of one company: any order gives the same books, once."""

from __future__ import annotations

from decimal import Decimal
from itertools import permutations
from typing import Any

import pytest

from apps.accounting.ledger import account_for
from apps.accounting.models import JournalEntry, OpenItem
from apps.accounting.statements.opening import opening_state
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.datatools.services.imports import import_start, run_answer
from tests.factories.catalog import make_product
from tests.factories.invoicing import customer, vendor
from tests.kit.ledger import assert_balanced, balance
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
D = Decimal
TRIAL, DOCUMENTS, STOCK = (
    "accounting/opening-trial-balance",
    "accounting/open-documents",
    "inventory/opening-stock",
)
WHOLE = "account,debit,credit\n1510,90000,\n1410,11700,\n1310,50000,\n3310,,5000\n2110,,140000\n3210,,6700\n"
WITHOUT = "account,debit,credit\n1510,90000,\n2110,,140000\n3210,,6700\n"
"""Differs by 56,700.00: what debtors, creditors and stock come to."""
OPEN = (
    "party,number,date,amount,side\n"
    "Kiran Stores,OLD/7,01-03-2026,11800,receivable\n"
    "Kiran Stores,OLD/CN1,02-03-2026,-100,receivable\n"
    "Mehta Mills,B-9,03-03-2026,5000,payable\n"
)
GOODS = "product,quantity,unit_cost\nLED-01,1000,40\nLED-02,100,100\n"


@pytest.fixture
def parts(company) -> dict[str, str]:
    customer(name="Kiran Stores")
    vendor(name="Mehta Mills")
    for code in ("LED-01", "LED-02"):
        make_product(code)
    return {TRIAL: WHOLE, DOCUMENTS: OPEN, STOCK: GOODS}


def start(company: Any, by: Any, target: str, content: str, *, dry_run: bool = False) -> dict[str, Any]:
    return run_answer(
        import_start(
            target_key=target,
            content=content.encode(),
            file_name="opening.csv",
            mapping={},
            options={"company": company.code, "date": company_today().isoformat()},
            mode="all_or_nothing",
            dry_run=dry_run,
            by=by,
        )
    )


def assert_opened(company: Any) -> None:
    """Each balance once, nothing left between the books, sub-ledgers equal to their accounts."""
    for role, amount in (
        ("receivable", 11700), ("payable", -5000), ("stock", 50000), ("bank", 90000), ("opening_equity", 0),
    ):  # fmt: skip
        assert balance(account_for(company, role)) == D(amount), role
    state = opening_state(company)
    assert state.complete
    assert [(p.control.value, p.brought) for p in state.parts] == [
        ("receivable", D(11700)), ("payable", D(-5000)), ("stock", D(50000)),
    ]  # fmt: skip
    assert_balanced()
    assert_subledger_equals_control(company)
    assert_stock_equals_ledger(company)


@pytest.mark.parametrize("order", list(permutations((TRIAL, DOCUMENTS, STOCK))))
@pytest.mark.parametrize("trial", [WHOLE, WITHOUT], ids=["whole", "without"])
def test_any_order_opens_the_books_once(company, administrator, parts, order, trial):
    parts[TRIAL] = trial
    for target in order:
        checked = start(company, administrator, target, parts[target], dry_run=True)
        answer = start(company, administrator, target, parts[target])
        assert (answer["errors"], answer["skipped"]) == ([], 0)
        assert checked["notes"] == answer["notes"]
    assert "complete" in answer["notes"][-1]
    assert_opened(company)
    entries = JournalEntry.objects.filter(company=company).count()
    for target in order:
        assert start(company, administrator, target, parts[target])["created"] == 0
    assert JournalEntry.objects.filter(company=company).count() == entries == 3
    assert_opened(company)


def test_open_invoices_that_differ_from_the_trial_balance_are_reported(company, administrator, parts, api):
    start(company, administrator, TRIAL, WHOLE)
    start(company, administrator, STOCK, GOODS)
    answer = start(company, administrator, DOCUMENTS, OPEN.replace("11800", "11000"))
    assert answer["errors"] == []
    text = " ".join(answer["notes"])
    assert "11,700.00 debit, 10,900.00 debit came in, 800.00 debit differs" in text
    assert "stands at 800.00 debit" in text
    assert OpenItem.objects.filter(company=company, side="receivable").count() == 2
    assert balance(account_for(company, "receivable")) == D(10900)
    report = api.get(f"accounting/reports/opening-balances/?company={company.pk}")["data"]
    rows = {row["what"]: row for row in report["rows"]}
    assert rows["Receivables"]["missing"] == "800.00"
    assert rows["Stock"]["missing"] == "0.00"
    assert_balanced()
    assert_subledger_equals_control(company)


@pytest.mark.parametrize(
    "trial",
    [
        WHOLE.replace("6700", "6800"),
        WITHOUT + "1410,11700,\n",  # names debtors, so it must name the others and balance
    ],
)
def test_a_trial_balance_with_control_accounts_must_balance(company, administrator, parts, trial):
    answer = start(company, administrator, TRIAL, trial)
    assert [(e["code"], e["row"]) for e in answer["errors"]] == [("unbalanced", 2)]
    assert "none of them" in answer["errors"][0]["detail"]
    assert not JournalEntry.objects.filter(company=company).exists()


def test_a_list_that_leaves_documents_to_other_files_says_what_they_must_bring(company, administrator, parts):
    answer = start(company, administrator, TRIAL, WITHOUT)
    assert "stands at 56,700.00 debit" in answer["notes"][0]
    assert balance(account_for(company, "opening_equity")) == D(56700)
    assert_balanced()
    with pytest.raises(InvalidInput):
        start(company, administrator, "accounting/nothing", WITHOUT)
