"""Statements: small books worked out by hand, and every report proves itself."""

from __future__ import annotations

import io
from datetime import date, timedelta
from decimal import Decimal

import openpyxl
import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from apps.accounting.ledger import account_for, post
from apps.accounting.ledger.balances import balances_fold
from apps.accounting.models import Account
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from tests.factories.accounting import posting
from tests.factories.company import make_company
from tests.kit import pdf

pytestmark = pytest.mark.django_db

KEYS = ("trial-balance", "profit-and-loss", "balance-sheet", "day-book", "cash-book")


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(_small_trade)


def _small_trade():
    """Capital 1,000 in the year before; sold for 500 then; this year sold 300, bought 120, paid rent 30."""
    company = make_company()
    fiscal_year_open(company=company, day=date(2025, 6, 1))
    fiscal_year_open(company=company, day=date(2026, 6, 1))
    rows = [
        (date(2025, 5, 10), ("bank", "1000"), ("capital", "-1000")),
        (date(2025, 12, 1), ("cash", "500"), ("sales", "-500")),
        (date(2026, 4, 1), ("cash", "300"), ("sales", "-300")),
        (date(2026, 4, 30), ("purchase", "120"), ("bank", "-120")),
        (date(2026, 5, 31), ("expense", "30"), ("cash", "-30")),
        (date(2026, 6, 1), ("bank", "200"), ("cash", "-200")),
    ]
    for day, *pairs in rows:
        post([posting(company, day, *pairs)], by=None)
    return company


def report(api, key, company, expect=200, **params):
    return api.get(f"accounting/reports/{key}/", expect, company=company.pk, **params)


def amounts(answer):
    return {row["label"]: Decimal(row["amount"]) for row in answer["data"]["rows"] if row.get("amount")}


@pytest.mark.parametrize("folded", [False, True])
def test_trial_balance_is_worked_out_by_hand(api, books, folded):
    if folded:
        assert balances_fold()
    data = report(api, "trial-balance", books, **{"from": "2026-04-01", "to": "2026-05-31"})["data"]
    rows = {row["name"]: row for row in data["rows"]}
    cash = rows["Cash in hand"]
    assert (cash["opening"], cash["debit"], cash["credit"], cash["closing"]) == (
        "500.00",
        "300.00",
        "30.00",
        "770.00",
    )
    assert rows["Sales of goods"]["opening"] == "0.00"
    assert rows["Sales of goods"]["closing_credit"] == "300.00"
    assert rows["Profit of earlier years"]["closing_credit"] == "500.00"
    assert data["balanced"] is True
    assert data["totals"]["closing_debit"] == data["totals"]["closing_credit"] == "1800.00"
    for row in data["rows"][:-1]:
        opening, debit, credit = (Decimal(row[k]) for k in ("opening", "debit", "credit"))
        assert opening + debit - credit == Decimal(row["closing"])


def test_profit_and_loss_by_heads_beside_the_year_before(api, books):
    answer = report(
        api,
        "profit-and-loss",
        books,
        **{"from": "2026-04-01", "to": "2027-03-31", "compare": "previous_year"},
    )
    found = amounts(answer)
    assert found["Total income"] == 300
    assert found["Total expenses"] == 150
    assert found["Profit for the period"] == 150
    last = answer["data"]["rows"][-1]
    assert (last["amount"], last["compared"]) == ("150.00", "500.00")
    assert answer["data"]["totals"]["gross_profit"] == "180.00"
    assert answer["data"]["balanced"] is True


@pytest.mark.parametrize(
    ("day", "expected"),
    [("2025-05-09", (0, 0, 0)), ("2026-03-31", (1500, 500, 0)), ("2026-04-30", (1680, 180, 500))],
)
def test_balance_sheet_balances_on_any_day(api, books, day, expected):
    data = report(api, "balance-sheet", books, on=day)["data"]
    assert data["balanced"] is True
    totals = {name: Decimal(value) for name, value in data["totals"].items()}
    assert totals["assets"] == totals["equity_and_liabilities"]
    assert (totals["assets"], totals["net_profit"], totals["earlier_profit"]) == expected


def test_general_ledger_runs_from_opening_to_closing_in_parts(api, books):
    cash = account_for(books, "cash")
    given = {"account": cash.pk, "from": "2026-04-01", "to": "2026-06-30"}
    whole = report(api, "general-ledger", books, **given)["data"]
    assert [row["balance"] for row in whole["rows"]] == ["500.00", "800.00", "770.00", "570.00", "570.00"]
    assert whole["balanced"] is True
    balances, cursor = [], ""
    while True:
        part = report(api, "general-ledger", books, **given, limit=1, cursor=cursor)["data"]
        balances += [row["balance"] for row in part["rows"]]
        cursor = part["next"]
        if not cursor:
            break
    assert balances == [row["balance"] for row in whole["rows"]]
    assert report(api, "general-ledger", books, **{**given, "account": "1520"})["data"] == whole


def test_cash_book_and_day_book_equal_the_ledger(api, books):
    data = report(api, "cash-book", books, **{"from": "2026-04-01", "to": "2026-06-30", "kind": "both"})[
        "data"
    ]
    assert data["totals"] == {
        "opening": "1500.00",
        "debit": "500.00",
        "credit": "350.00",
        "closing": "1650.00",
    }
    assert data["balanced"] is True
    data = report(api, "day-book", books, **{"from": "2026-04-01", "to": "2026-06-30"})["data"]
    assert data["totals"]["debit"] == "650.00"
    assert len(data["rows"]) == 9
    assert data["balanced"] is True
    part = report(api, "day-book", books, **{"from": "2026-04-01", "to": "2026-06-30", "limit": 3})["data"]
    assert len(part["rows"]) == 6
    rest = api.get(
        "accounting/reports/day-book/",
        company=books.pk,
        cursor=part["next"],
        **{"from": "2026-04-01", "to": "2026-06-30"},
    )["data"]
    assert len(rest["rows"]) == 3


def test_drill_sums_to_the_figure(api, books):
    """C35: what a figure drills to sums to it."""
    data = report(api, "trial-balance", books, **{"from": "2025-04-01", "to": "2026-06-30"})["data"]
    for row in data["rows"]:
        if row["account"]:
            ledger = report(
                api,
                "general-ledger",
                books,
                account=row["account"],
                **{"from": "2025-04-01", "to": "2026-06-30"},
            )["data"]
            assert ledger["totals"]["debit"] == row["debit"]
            assert ledger["totals"]["credit"] == row["credit"]


@pytest.mark.parametrize("form", ["pdf", "xlsx", "csv"])
@pytest.mark.parametrize("key", KEYS)
def test_every_report_comes_as_a_file(api, books, key, form):
    content = report(api, key, books, format=form, to="2026-06-30")
    assert len(content) > 100
    if form == "pdf":
        assert books.trade_name in pdf.texts(content)[0]
    elif form == "xlsx":
        sheet = openpyxl.load_workbook(io.BytesIO(content)).active
        assert sheet.max_row > 3
    else:
        assert content.decode("utf-8-sig").count("\n") > 1


@pytest.mark.parametrize(
    ("params", "field"),
    [
        ({"to": "31-03-2026"}, "to"),
        ({"from": "2026-13-01"}, "from"),
        ({"from": "2026-04-02", "to": "2026-04-01"}, "to"),
        ({"nonsense": "1"}, "nonsense"),
        ({"company": "999999"}, "company"),
        ({"company": "x\x00"}, "company"),
        ({"limit": "0"}, "limit"),
        ({"to": "0001-01-01"}, "to"),
        ({"format": "exe"}, "format"),
    ],
)
def test_wrong_parameters_are_named(api, books, params, field):
    answer = api.get("accounting/reports/trial-balance/", 400, **{"company": books.pk, **params})
    assert field in [error["field"] for error in answer["errors"]]


def test_wrong_cursor_account_and_missing_company_are_named(api, books):
    wrong = report(api, "day-book", books, 400, cursor="x")
    assert wrong["errors"][0]["field"] == "cursor"
    group = Account.objects.get(company=books, code="1500")
    assert report(api, "general-ledger", books, 400, account=group.pk)["errors"][0]["field"] == "account"
    assert report(api, "general-ledger", books, 400)["errors"][0]["field"] == "account"
    foreign = account_for(make_company(), "cash")
    assert report(api, "general-ledger", books, 400, account=foreign.pk)["errors"][0]["code"] == "not_found"
    assert api.get("accounting/reports/trial-balance/", 400)["errors"][0]["field"] == "company"


def test_reports_stay_within_the_companies_of_the_user(api_as, user_with, books):
    from apps.company.models import CompanyAccess

    other = make_company()
    user = user_with("accounting.view_reports", level="own")
    client = api_as(user)
    report(client, "trial-balance", books)
    CompanyAccess.objects.create(user=user, company=other)
    client = api_as(type(user).objects.get(pk=user.pk))
    report(client, "trial-balance", books, 400)
    assert client.get("accounting/reports/trial-balance/")["data"]["company"] == other.pk
    stranger = api_as(user_with("accounting.view_account"))
    report(stranger, "trial-balance", books, 403)


def test_cost_of_a_trial_balance_does_not_grow_with_its_lines(api, books):
    report(api, "trial-balance", books, to="2026-06-30")
    with CaptureQueriesContext(connection) as few:
        report(api, "trial-balance", books, to="2026-06-30")
    post([posting(books, date(2026, 6, 2), ("cash", "1"), ("sales", "-1")) for _ in range(200)], by=None)
    with CaptureQueriesContext(connection) as many:
        report(api, "trial-balance", books, to="2026-06-30")
    # Only the reads of the books are counted: a cache of rights or settings may be read again in either call.
    reads = [[q["sql"] for q in queries if "accounting_" in q["sql"]] for queries in (few, many)]
    assert len(reads[0]) == len(reads[1]) > 0
    assert not [sql for sql in reads[1] if "accounting_journalline" in sql]


def test_accountant_reads_and_drills_on_the_pages(administrator, books):
    administrator.is_staff = True
    administrator.save()
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    given = {"company": books.pk, "from": "2026-04-01", "to": "2026-06-30"}
    page = client.get("/data/reports/accounting/trial-balance/", given).content.decode()
    assert "Cash in hand" in page
    assert "/data/reports/accounting/general-ledger/?company=" in page
    cash = account_for(books, "cash")
    page = client.get(
        "/data/reports/accounting/general-ledger/", {**given, "account": cash.pk}
    ).content.decode()
    assert "/admin/accounting/journalentry/" in page
    assert "570.00 Dr" in page
    for key in KEYS:
        assert client.get(f"/data/reports/accounting/{key}/").status_code == 200
    wrong = client.get("/data/reports/accounting/trial-balance/", {**given, "to": "nonsense"})
    assert wrong.status_code == 400
    assert "YYYY-MM-DD" in wrong.content.decode()


def test_today_is_the_companys_day(api, company):
    data = report(api, "balance-sheet", company)["data"]
    assert data["on"] == company_today().isoformat()
    assert (company_today() - date(2020, 1, 1)) > timedelta(0)


def test_drill_opens_the_account_that_it_names_though_anothers_code_is_the_same_number(api, books):
    """Accounts have ids, and codes that are numbers as well."""
    cash = account_for(books, "cash")
    head = {"company": books, "account_type": "asset", "subtype": "cash", "parent": cash.parent}
    older = Account.objects.create(code="X1", name="Older", **head)
    named = Account.objects.create(code="X2", name="Named", **head)
    older.code = str(named.pk)
    older.save()
    for account in (named, older):
        assert report(api, "general-ledger", books, account=account.pk)["data"]["account"] == account.pk
    assert report(api, "general-ledger", books, account="X2")["data"]["account"] == named.pk
