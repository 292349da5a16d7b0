"""Year-end: the result goes to retained earnings, the year is shut, and reopening takes all of it back."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.accounting.ledger import account_for, post
from apps.accounting.models import JournalEntry, YearClosing
from apps.accounting.statements.results import balance_sheet, profit_and_loss
from apps.accounting.statements.trial_balance import trial_balance
from apps.company.models import FiscalYear, Period
from apps.company.services.companies import fiscal_year_open
from apps.core.errors import Locked
from tests.factories.accounting import posting
from tests.factories.company import make_company
from tests.kit import pdf
from tests.kit.ledger import assert_balanced, balance

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, LAST = date(2024, 4, 1), date(2025, 3, 31)


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(_two_years)


def _two_years():
    """2024-25: sales 1,000, expenses 400; 2025-26: sales 50."""
    company = make_company()
    for day in (FIRST, date(2025, 4, 1)):
        fiscal_year_open(company=company, day=day)
    post([posting(company, date(2024, 6, 1), ("cash", "1000"), ("sales", "-1000"))], by=None)
    post([posting(company, date(2025, 2, 1), ("expense", "400"), ("cash", "-400"))], by=None)
    post([posting(company, date(2025, 4, 2), ("cash", "50"), ("sales", "-50"))], by=None)
    return company


def year_of(company, label="2024-25"):
    return FiscalYear.objects.get(company=company, label=label)


def drafted(api, company, label="2024-25"):
    body = {"company": company.pk, "fiscal_year": year_of(company, label).pk}
    return api.post("accounting/year-closings/", body)["data"]


def verb(api, record, name, data=None, expect=200):
    return api.post(f"accounting/year-closings/{record['id']}/{name}/", data or {}, expect)


def closed(api, company, label="2024-25"):
    return verb(api, drafted(api, company, label), "close")["data"]


def results(company, first=FIRST, last=LAST):
    values = {"company": company, "from": first, "to": last}
    return profit_and_loss(values, None).totals["net_profit"]


def sheet(company, day):
    return balance_sheet({"company": company, "on": day}, None)


def test_a_draft_shows_the_result_and_posts_nothing(api, books):
    draft = drafted(api, books)
    assert (draft["income_total"], draft["expense_total"], draft["profit"]) == ("1000.00", "400.00", "600.00")
    assert draft["date"] == "2025-03-31"
    assert JournalEntry.objects.count() == 3


def test_closing_moves_the_result_to_retained_earnings_and_shuts_every_month(api, books):
    made = closed(api, books)
    assert made["status"] == "closed"
    entry = JournalEntry.objects.get(pk=made["journal_entry"])
    assert (entry.date, entry.line_count) == (LAST, 3)
    assert balance(account_for(books, "retained_earnings")) == D(-600)
    assert set(Period.objects.filter(fiscal_year=year_of(books)).values_list("status", flat=True)) == {
        "closed"
    }
    with pytest.raises(Locked):
        post([posting(books, date(2025, 3, 1), ("cash", "1"), ("sales", "-1"))], by=None)
    assert_balanced()


def test_statements_still_show_what_the_year_earned(api, books):
    before = sheet(books, LAST).totals
    closed(api, books)
    assert results(books) == D(600)
    after = sheet(books, LAST)
    assert after.balanced
    assert after.totals["equity"] == before["equity"]
    assert (after.totals["net_profit"], after.totals["earlier_profit"]) == (0, 0)
    next_year = sheet(books, date(2025, 4, 30))
    assert next_year.balanced
    assert (next_year.totals["net_profit"], next_year.totals["earlier_profit"]) == (D(50), 0)
    assert results(books, date(2025, 4, 1), date(2026, 3, 31)) == D(50)


def test_the_trial_balance_is_shown_before_and_after_the_closing(api, books):
    closed(api, books)
    sales = account_for(books, "sales").code
    values = {"company": books, "from": FIRST, "to": LAST}
    after, before = trial_balance(values, None), trial_balance({**values, "before_closing": True}, None)
    closing = [
        {row.cells["code"]: row.cells["closing_credit"] for row in found.rows} for found in (after, before)
    ]
    assert (closing[0][sales], closing[1][sales]) == (0, D(1000))
    assert after.balanced
    assert before.balanced
    opening = trial_balance({"company": books, "from": date(2025, 4, 1), "to": date(2025, 4, 30)}, None)
    assert opening.balanced
    assert "Profit of earlier years" not in [row.cells["name"] for row in opening.rows]


def test_a_loss_is_carried_as_a_loss(api, books):
    post([posting(books, date(2025, 3, 2), ("expense", "900"), ("cash", "-900"))], by=None)
    assert closed(api, books)["profit"] == "-300.00"
    assert balance(account_for(books, "retained_earnings")) == D(300)
    assert results(books) == D(-300)


def test_reopening_takes_the_entry_back_and_needs_permission_and_reason(api, api_as, user_with, books):
    made = closed(api, books)
    clerk = api_as(user_with("accounting.view_yearclosing", "accounting.close_year"))
    verb(clerk, made, "reopen", {"reason": "Late bill"}, 403)
    assert verb(api, made, "reopen", {}, 400)["errors"][0]["field"] == "reason"
    opened = verb(api, made, "reopen", {"reason": "Late bill"})["data"]
    assert (opened["status"], opened["reopen_reason"]) == ("reopened", "Late bill")
    assert balance(account_for(books, "retained_earnings")) == 0
    open_months = Period.objects.filter(fiscal_year=year_of(books), status="open")
    assert list(open_months.values_list("end", flat=True)) == [LAST]
    post([posting(books, date(2025, 3, 31), ("expense", "100"), ("cash", "-100"))], by=None)
    assert results(books) == D(500)
    assert closed(api, books)["profit"] == "500.00"
    assert balance(account_for(books, "retained_earnings")) == D(-500)
    assert results(books) == D(500)
    assert_balanced()


def test_months_of_a_closed_year_do_not_open_one_by_one(api, books):
    closed(api, books)
    month = Period.objects.get(fiscal_year=year_of(books), start=date(2025, 3, 1))
    answer = api.post(f"company/periods/{month.pk}/reopen/", {"reason": "Please"}, 409)
    assert answer["errors"][0]["code"] == "year_closed"
    month.refresh_from_db()
    assert month.status == "closed"


def test_years_are_closed_and_opened_in_order(api, books):
    later = drafted(api, books, "2025-26")
    assert verb(api, later, "close", expect=409)["errors"][0]["code"] == "earlier_year"
    first = closed(api, books)
    assert closed(api, books, "2025-26")["profit"] == "50.00"
    assert verb(api, first, "reopen", {"reason": "x"}, 409)["errors"][0]["code"] == "later_year"


def test_a_year_is_closed_once(api, books):
    one, two = drafted(api, books), drafted(api, books)
    verb(api, one, "close")
    assert verb(api, two, "close", expect=409)["errors"][0]["code"] == "duplicate"
    assert YearClosing.objects.filter(status="closed").count() == 1


def test_a_hard_closed_last_month_refuses_and_a_soft_one_asks_for_a_reason(api, books):
    last = Period.objects.get(fiscal_year=year_of(books), start=date(2025, 3, 1))
    draft = drafted(api, books)
    api.post(f"company/periods/{last.pk}/close/", {"hard": False}, 200)
    assert verb(api, draft, "close", expect=423)["errors"][0]["code"] == "period_soft_closed"
    api.post(f"company/periods/{last.pk}/close/", {"hard": True}, 200)
    assert verb(api, draft, "close", {"reason": "Audit"}, 423)["errors"][0]["code"] == "period_closed"
    assert not JournalEntry.objects.filter(source_kind="accounting.yearclosing").exists()
    api.post(f"company/periods/{last.pk}/reopen/", {"reason": "Closing"}, 200)
    api.post(f"company/periods/{last.pk}/close/", {"hard": False}, 200)
    verb(api, draft, "close", {"reason": "Audit"})


def test_an_empty_year_has_nothing_to_close(api, db):
    company = make_company()
    fiscal_year_open(company=company, day=FIRST)
    answer = verb(api, drafted(api, company), "close", expect=409)
    assert answer["errors"][0]["code"] == "nothing_open"


def test_a_year_of_another_company_is_refused(api, books):
    other = make_company()
    body = {"company": other.pk, "fiscal_year": year_of(books).pk}
    assert api.post("accounting/year-closings/", body, 400)["errors"][0]["field"] == "fiscal_year"


def test_its_print_lists_the_accounts(api, books):
    made = closed(api, books)
    text = pdf.texts(api.get(f"accounting/year-closings/{made['id']}/pdf/"))[0]
    assert "Year Closing" in text
    assert "600.00" in text
    assert str(account_for(books, "sales").code) in text
