"""The page that proves the books, and the golden statements through the real ledger."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django_tenants.utils import get_tenant_model

from apps.accounting.ledger import Posting, PostingLine, account_for, post, reverse
from apps.accounting.models import Account, AccountBalance
from apps.accounting.services.opening import OpeningRow, opening_trial_balance_post
from apps.accounting.statements.results import balance_sheet, profit_and_loss
from apps.accounting.statements.trial_balance import trial_balance
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.company.services.periods import period_close
from apps.core.errors import BahiError
from apps.runtime.services.jobs import run_job
from tests.factories.accounting import posting
from tests.golden.kit import cases
from tests.kit.ledger import assert_balanced

pytestmark = pytest.mark.django_db
D = Decimal
HEADS = {
    "ASSET": "other_current_asset", "LIABILITY": "other_current_liability", "EQUITY": "capital",
    "INCOME": "revenue", "EXPENSE": "other_expense",
}  # fmt: skip
REASONS = {"unbalanced": "UNBALANCED", "period_closed": "PERIOD_CLOSED", "not_found": "UNKNOWN_ACCOUNT"}


def proved(api, company):
    """Have the books proved by the job that the API starts, and read what it found."""
    job = api.post("accounting/reports/books-proof/", {"company": company.pk}, 202)["data"]["job"]
    assert api.post("accounting/reports/books-proof/", {"company": company.pk}, 202)["data"]["job"] == job
    waiting = api.get("accounting/reports/books-proof/", company=company.pk)["data"]
    assert (waiting["job"], waiting["job_status"]) == (job, "waiting")
    run_job("org_acme", job)
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    return api.get("accounting/reports/books-proof/", company=company.pk)["data"]


def test_the_proof_is_kept_for_the_one_who_asked_and_exported_from_there(api, api_as, user_with, company):
    own = api.get("accounting/reports/books-proof/", company=company.pk)["data"]
    assert (own["balanced"], own["worked_out_at"], own["job"]) == (None, None, None)
    answer = api.get("accounting/reports/books-proof/", 409, company=company.pk, format="pdf")
    assert answer["errors"][0]["code"] == "not_run"
    kept = proved(api, company)
    assert kept["worked_out_at"]
    assert api.get("accounting/reports/books-proof/", company=company.pk, format="pdf")[:4] == b"%PDF"
    other = api_as(user_with("accounting.verify_ledger", "accounting.view_reports"))
    assert other.get("accounting/reports/books-proof/", company=company.pk)["data"]["worked_out_at"] is None
    other.post("accounting/reports/books-proof/", {"company": 999_999}, 400)


def test_auditor_sees_sound_books_and_a_wrong_balance(api, api_as, user_with, company):
    post([posting(company, company_today(), ("cash", "7"), ("sales", "-7"))], by=None)
    data = proved(api, company)
    assert (data["balanced"], data["rows"], data["totals"]["entries"]) == (True, [], 1)
    AccountBalance.objects.create(
        company_id=company.pk,
        account_id=account_for(company, "cash").pk,
        grain="day",
        start=company_today(),
        debit=1,
        credit=0,
    )
    data = proved(api, company)
    assert data["balanced"] is False
    assert data["rows"][0]["what"] == "balance"
    clerk = api_as(user_with("accounting.view_reports"))
    clerk.get("accounting/reports/books-proof/", 403, company=company.pk)
    clerk.post("accounting/reports/books-proof/", {"company": company.pk}, 403)


def books(company: Any, inputs: dict[str, Any], start: date) -> dict[str, Account]:
    """The case's accounts with their opening balances, posted first."""
    made = {}
    for number, (name, row) in enumerate(inputs["accounts"].items()):
        made[name] = Account.objects.create(
            company=company,
            code=f"G{number}",
            name=name,
            account_type=row["type"].lower(),
            subtype=HEADS[row["type"]],
        )
    opening = [
        OpeningRow(made[name], max(amount, D(0)), max(-amount, D(0)))
        for name, row in inputs["accounts"].items()
        if (amount := D(row.get("opening") or 0))
    ]
    if opening:
        opening_trial_balance_post(company=company, date=start, rows=opening, by=None)
    return made


def post_case(company: Any, accounts: Any, row: dict[str, Any], entries: dict[str, Any]) -> None:
    day = date.fromisoformat(row["date"])
    if row.get("reverses"):
        entries[row["id"]] = reverse(entries[row["reverses"]], date=day, by=None)
        return
    lines = []
    for line in row["lines"]:
        amount = D(line.get("debit") or 0) - D(line.get("credit") or 0)
        account = accounts.get(line["account"])
        lines.append(
            PostingLine(account if account is not None else 999_999_999, amount, company.currency_id, amount)
        )
    wanted = Posting(company, "general", day, ("tests.golden", len(entries)), "post", lines)
    entries[row["id"]] = post([wanted], by=None)[0]


@pytest.mark.parametrize(("inputs", "expected"), cases("domain_cases", "ledger_statements"))
def test_the_ledger_gives_the_golden_statements(company, inputs, expected):
    year = fiscal_year_open(company=company, day=date.fromisoformat(inputs["journals"][0]["date"]))
    accounts = books(company, inputs, year.start)
    if inputs.get("closed_through"):
        closed = date.fromisoformat(inputs["closed_through"])
        for period in Period.objects.filter(company=company, end__lte=closed):
            period_close(period=period, hard=True, by=None)
    entries: dict[str, Any] = {}
    rejected = []
    for row in inputs["journals"]:
        try:
            post_case(company, accounts, row, entries)
        except BahiError as error:
            rejected.append({"id": row["id"], "reason": REASONS[error.errors[0].code]})
        except KeyError:
            rejected.append({"id": row["id"], "reason": "NOTHING_TO_REVERSE"})
    values = {"company": company, "from": year.start, "to": year.end, "zero": True}
    answer = trial_balance(values, None)
    found = {r.cells["name"]: r.cells for r in answer.rows if r.cells["name"] in accounts}
    assert {
        name: {"debit": format(row["closing_debit"], ".2f"), "credit": format(row["closing_credit"], ".2f")}
        for name, row in found.items()
    } == expected["trial_balance"]
    assert format(answer.totals["closing_debit"], ".2f") == expected["tb_total"]
    result = profit_and_loss(values, None).totals
    sheet = balance_sheet({**values, "on": values["to"]}, None).totals
    names = ("income", "expense", "net_profit", "assets", "liabilities")
    figures = {name: D(expected[name]) for name in names}
    assert {name: {**sheet, **result}[name] for name in figures} == figures
    assert sheet["equity"] == D(expected["equity_incl_profit"])
    assert rejected == expected["rejected"]
    assert_balanced()
