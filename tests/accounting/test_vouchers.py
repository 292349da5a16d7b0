"""Manual vouchers and the chart of accounts over the API."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounting.ledger import account_for
from apps.accounting.models import Account, JournalEntry
from apps.company.choices import PeriodStatus
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from tests.kit import pdf
from tests.kit.ledger import assert_balanced, balance

pytestmark = pytest.mark.django_db


def body(company, debit="500.00", credit="500.00", **values):
    rent = Account.objects.get(company=company, code="6210")
    return {
        "company": company.pk,
        "date": company_today().isoformat(),
        "narration": "Rent of November",
        "lines": [
            {"account": rent.pk, "debit": debit},
            {"account": account_for(company, "bank").pk, "credit": credit},
        ],
        **values,
    }


def test_accountant_writes_posts_and_reverses_a_voucher(api, company):
    made = api.post("accounting/vouchers/", body(company))["data"]
    assert (made["status"], made["number"], made["debit_total"]) == ("draft", "", "500.00")
    posted = api.post(f"accounting/vouchers/{made['id']}/post/", {}, 200)["data"]
    assert posted["status"] == "posted"
    assert posted["number"].startswith("JV/")
    entry = api.get(f"accounting/journal-entries/{posted['journal_entry']}/")["data"]
    assert entry["source"] == f"accounting.voucher:{made['id']}"
    assert [(x["debit"], x["credit"]) for x in entry["lines"]] == [("500.00", "0.00"), ("0.00", "500.00")]
    assert len(entry["hash"]) == 64
    api.patch(f"accounting/vouchers/{made['id']}/", {"narration": "x", "version": posted["version"]}, 409)
    api.delete(f"accounting/vouchers/{made['id']}/", 409)
    back = api.post(f"accounting/vouchers/{made['id']}/reverse/", {"reason": "wrong month"}, 200)["data"]
    assert back["status"] == "reversed"
    entry = api.get(f"accounting/journal-entries/{posted['journal_entry']}/")["data"]
    assert entry["reversed_by"] == back["reversal_entry"]
    assert balance(Account.objects.get(company=company, code="6210")) == 0
    assert_balanced()


def test_accountant_prints_a_voucher_to_be_signed(api, company):
    made = api.post("accounting/vouchers/", body(company))["data"]
    text = pdf.texts(api.get(f"accounting/vouchers/{made['id']}/pdf/"))[0]
    for part in (
        "Journal Voucher",
        "6210 Rent",
        "500.00",
        "Five Hundred",
        "Rent of November",
        "Authorised by",
    ):
        assert part in text, part


def test_a_voucher_that_differs_by_a_paisa_is_refused(api, company):
    answer = api.post("accounting/vouchers/", body(company, "5000.00", "4999.99"), 400)
    assert answer["errors"][0]["code"] == "unbalanced"
    assert "0.01" in answer["errors"][0]["detail"]
    preview = api.post("accounting/vouchers/preview/", body(company, "5000.00", "4999.99"), 200)["data"]
    assert (preview["debit_total"], preview["credit_total"]) == ("5000.00", "4999.99")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"debit": "-5"}, "lines.0.debit"),
        ({"debit": "5", "credit": "5"}, "lines.0.credit"),
        ({"account": 999_999_999}, "lines.0.account"),
        ({"account": None}, "lines.0.account"),
        ({"debit": "1e5"}, "lines.0.debit"),
        ({"debit": "NaN"}, "lines.0.debit"),
        ({"nonsense": 1}, "lines.0.nonsense"),
    ],
)
def test_bad_lines_are_named(api, company, change, field):
    data = body(company)
    data["lines"][0] |= change
    if field == "lines.0.debit" and change["debit"] == "1e5":
        data["lines"][1]["credit"] = "1"
        api.post("accounting/vouchers/", data, 400)
        return
    answer = api.post("accounting/vouchers/", data, 400)
    assert field in [error["field"] for error in answer["errors"]]


def test_groups_stock_and_partyless_control_accounts_are_refused(api, company):
    for code, expected in (
        ("1500", "group_account"),
        ("1310", "control_account"),
        ("1410", "party_required"),
    ):
        data = body(company)
        data["lines"][0]["account"] = Account.objects.get(company=company, code=code).pk
        answer = api.post("accounting/vouchers/", data, 400)
        assert answer["errors"][0]["code"] == expected


def test_foreign_accounts_are_refused(api, company):
    from tests.factories.company import make_company

    data = body(company)
    data["lines"][0]["account"] = account_for(make_company(), "cash").pk
    assert api.post("accounting/vouchers/", data, 400)["errors"][0]["field"] == "lines.0.account"


def test_posting_into_a_closed_period_answers_423_and_leaves_nothing(api, company):
    made = api.post("accounting/vouchers/", body(company))["data"]
    period = Period.objects.get(company=company, start__lte=company_today(), end__gte=company_today())
    period.status = PeriodStatus.CLOSED
    period.save()
    answer = api.post(f"accounting/vouchers/{made['id']}/post/", {"reason": "please"}, 423)
    assert answer["errors"][0]["code"] == "period_closed"
    kept = api.get(f"accounting/vouchers/{made['id']}/")["data"]
    assert (kept["status"], kept["number"]) == ("draft", "")
    assert not JournalEntry.objects.filter(company=company).exists()


def test_soft_closed_period_wants_permission_and_reason(api, api_as, user_with, company):
    period = Period.objects.get(company=company, start__lte=company_today(), end__gte=company_today())
    period.status = PeriodStatus.SOFT_CLOSED
    period.save()
    made = api.post("accounting/vouchers/", body(company))["data"]
    path = f"accounting/vouchers/{made['id']}/post/"
    clerk = api_as(user_with("accounting.*"))
    clerk.post(path, {"reason": "late bill"}, 423)
    api.post(path, {}, 423)
    posted = api.post(path, {"reason": "late bill"}, 200)["data"]
    assert JournalEntry.objects.get(pk=posted["journal_entry"]).reason == "late bill"


def test_a_reversal_never_touches_a_closed_month(api, company):
    """C2: posted on 28 March, March closed, cancelled in April: March does not change by a paisa."""
    today = company_today()
    before = today.replace(day=1) - timedelta(days=3)
    fiscal_year_open(company=company, day=before)
    made = api.post("accounting/vouchers/", body(company, date=before.isoformat()))["data"]
    api.post(f"accounting/vouchers/{made['id']}/post/", {}, 200)
    period = Period.objects.get(company=company, start__lte=before, end__gte=before)
    period.status = PeriodStatus.CLOSED
    period.save()
    api.post(f"accounting/vouchers/{made['id']}/reverse/", {"date": before.isoformat()}, 423)
    back = api.post(f"accounting/vouchers/{made['id']}/reverse/", {}, 200)["data"]
    assert JournalEntry.objects.get(pk=back["reversal_entry"]).date == today
    assert_balanced()


def test_who_may_only_look_can_not_post(api, api_as, user_with, company):
    made = api.post("accounting/vouchers/", body(company))["data"]
    viewer = api_as(user_with("accounting.view_voucher"))
    viewer.get(f"accounting/vouchers/{made['id']}/")
    viewer.post(f"accounting/vouchers/{made['id']}/post/", {}, 403)
    stranger = api_as(user_with("accounting.view_voucher", level="own"))
    stranger.get(f"accounting/vouchers/{made['id']}/", 404)


def test_chart_is_a_tree_that_keeps_its_order(api, company):
    group = Account.objects.get(company=company, code="6200")
    data = {"company": company.pk, "code": "6291", "name": "Tea <b>", "account_type": "expense"}
    made = api.post("accounting/accounts/", {**data, "subtype": "other_expense", "parent": group.pk})["data"]
    assert made["balance"] == "0.00"
    wrong = [
        ({"subtype": "cash"}, "subtype"),
        ({"parent": account_for(company, "cash").pk}, "parent"),
        ({"parent": Account.objects.get(company=company, code="1500").pk}, "parent"),
        ({"parent": made["id"]}, "parent"),
        ({"code": "6210"}, ""),
    ]
    for change, field in wrong:
        answer = api.patch(f"accounting/accounts/{made['id']}/", {**change, "version": 1}, 400)
        assert field in answer["errors"][0]["field"], change
    voucher = body(company)
    voucher["lines"][0]["account"] = made["id"]
    posted = api.post("accounting/vouchers/", voucher)["data"]
    api.post(f"accounting/vouchers/{posted['id']}/post/", {}, 200)
    assert api.get(f"accounting/accounts/{made['id']}/")["data"]["balance"] == "500.00"
    answer = api.patch(f"accounting/accounts/{made['id']}/", {"is_group": True, "version": 1}, 400)
    assert answer["errors"][0]["field"] == "is_group"
    api.delete(f"accounting/accounts/{made['id']}/", 409)
    api.patch(f"accounting/accounts/{made['id']}/", {"locked": True, "version": 1})
    refused = api.post("accounting/vouchers/", voucher)["data"]
    api.post(f"accounting/vouchers/{refused['id']}/post/", {}, 400)
