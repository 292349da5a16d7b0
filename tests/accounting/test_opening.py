"""Opening balances: everything but parties and stock, balanced, once."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.accounting.ledger import account_for
from apps.accounting.models import Account, JournalEntry
from apps.accounting.payments.open_items import OpeningItem, opening_items_post
from apps.accounting.services.opening import OpeningRow, opening_trial_balance_post
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.datatools.services.imports import import_start, run_answer
from tests.factories.company import make_company
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


TRIAL = 'account,debit,credit\n1510,"50,000.00",\n1410,11800,\n2110,,60000.00\n3210,,1800\n'
OPEN = (
    "party,number,date,due_date,amount,side\n"
    "Kiran Stores,OLD/7,01-03-2026,31-03-2026,11800,receivable\n"
    "Kiran Stores,OLD/CN1,02-03-2026,,-100,receivable\n"
)


def start(company, by, target, content, **how):
    options = {"company": company.code, "date": company_today().isoformat(), **how.pop("options", {})}
    how.setdefault("mode", "all_or_nothing")
    return run_answer(
        import_start(
            target_key=target,
            content=content.encode(),
            file_name="opening.csv",
            mapping={},
            options=options,
            dry_run=how.pop("dry_run", False),
            by=by,
            **how,
        )
    )


def test_a_sheet_of_opening_balances_and_one_of_open_invoices_come_in_once(company, administrator):
    customer(name="Kiran Stores")
    trial, documents = "accounting/opening-trial-balance", "accounting/open-documents"
    assert start(company, administrator, trial, TRIAL, dry_run=True)["errors"] == []
    assert not JournalEntry.objects.filter(company=company).exists()
    assert start(company, administrator, trial, TRIAL)["created"] == 4
    assert start(company, administrator, documents, OPEN)["created"] == 2
    assert start(company, administrator, trial, TRIAL)["created"] == 0
    assert start(company, administrator, documents, OPEN)["created"] == 0
    assert JournalEntry.objects.filter(company=company).count() == 2
    assert balance(account_for(company, "receivable")) == D(11700)
    assert balance(account_for(company, "opening_equity")) == D(100)
    assert_balanced()
    assert_subledger_equals_control(company)


@pytest.mark.parametrize(
    ("target", "content", "expected"),
    [
        ("opening-trial-balance", TRIAL.replace("1510", "9999"), (2, "account", "not_found")),
        ("opening-trial-balance", TRIAL.replace("11800", "x"), (3, "debit", "invalid")),
        ("opening-trial-balance", TRIAL.replace("1800\n", "1801\n"), (2, "", "unbalanced")),
        ("open-documents", OPEN.replace("OLD/7,01-03-2026", "OLD/7,31-02-2026"), (2, "date", "invalid")),
        ("open-documents", OPEN.replace("-100", "0"), (3, "amount", "min_value")),
        ("open-documents", OPEN.replace("Kiran Stores,OLD/CN1", "Nobody,OLD/CN1"), (3, "party", "not_found")),
    ],
)
def test_a_bad_sheet_is_answered_by_row_and_column_and_posts_nothing(
    company, administrator, target, content, expected
):
    customer(name="Kiran Stores")
    answer = start(company, administrator, f"accounting/{target}", content)
    errors = [(e["row"], e["column"], e["code"]) for e in answer["errors"]]
    assert errors == [expected]
    assert not JournalEntry.objects.filter(company=company).exists()


def test_accounts_of_two_companies_with_the_same_codes_stay_apart_in_an_import(company, administrator):
    other = make_company()
    sheet = "company,code,name,account_type,subtype,parent\n"
    sheet += f"{company.code},6295,Tea,expense,other_expense,6200\n"
    sheet += f"{other.code},6295,Coffee,expense,other_expense,6200\n"
    sheet += f"{other.code},6210,Rent of shops,expense,other_expense,6200\n"
    answer = start(company, administrator, "accounting/accounts", sheet, mode="all_or_nothing")
    assert (answer["created"], answer["updated"], answer["errors"]) == (2, 1, [])
    names = {
        (a.company_id, a.code): (a.name, a.parent.company_id)
        for a in Account.objects.filter(code__in=("6295", "6210")).select_related("parent")
    }
    assert names[company.pk, "6295"] == ("Tea", company.pk)
    assert names[other.pk, "6295"] == ("Coffee", other.pk)
    assert names[company.pk, "6210"] == ("Rent", company.pk)
    assert names[other.pk, "6210"] == ("Rent of shops", other.pk)
