"""Statements of one cost centre or project, of several companies together; and what became of the numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest
from django.db import connection
from django_tenants.utils import get_tenant_model

from apps.accounting.ledger import Posting, post
from apps.company.models import CompanyAccess, NumberSeries
from apps.company.selectors import company_today, fiscal_year_of
from apps.company.services.series import number_take, series_create, series_save
from apps.dimensions.models import CostCentre
from apps.runtime.services.jobs import run_job
from tests.factories import invoicing as make
from tests.factories.accounting import line, posting
from tests.factories.accounts import make_user
from tests.factories.company import make_company
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def report(api, key, company, expect=200, **params):
    return api.get(f"accounting/reports/{key}/", expect, company=company.pk, **params)


def profit(api, company, **params):
    answer = report(api, "profit-and-loss", company, **params)["data"]
    return Decimal(answer["totals"]["net_profit"])


def booked(company, day, amount, centre):
    lines = [line(company, "expense", amount, cost_centre_id=centre.pk), line(company, "cash", f"-{amount}")]
    entry = Posting(
        company=company, journal="general", date=day, source=("tests.dimension", centre.pk), purpose="t",
        lines=lines,
    )  # fmt: skip
    post([entry], by=None)


@pytest.fixture
def centres(db):
    above = CostCentre(code="NORTH", name="North")
    above.save()
    below = CostCentre(code="DELHI", name="Delhi", parent=above)
    below.save()
    other = CostCentre(code="SOUTH", name="South")
    other.save()
    return above, below, other


def test_profit_of_a_cost_centre_counts_those_below_it(api, company, centres):
    above, below, other = centres
    day = company_today()
    post([posting(company, day, ("cash", "1000"), ("sales", "-1000"))], by=None)
    for centre, amount in zip(centres, ("100", "40", "7"), strict=True):
        booked(company, day, amount, centre)
    assert profit(api, company) == Decimal(1000 - 147)
    assert profit(api, company, cost_centre=above.pk) == Decimal(-140)
    assert profit(api, company, cost_centre=below.pk) == Decimal(-40)
    rows = report(api, "trial-balance", company, cost_centre=other.pk)["data"]["rows"]
    assert [row["debit"] for row in rows] == ["7.00", "7.00"]


def test_companies_together_are_the_sum_of_each_that_the_person_may_see(api, company):
    second = make_company(code="TWO")
    day = company_today()
    post([posting(company, day, ("cash", "1000"), ("sales", "-1000"))], by=None)
    post([posting(second, day, ("cash", "300"), ("sales", "-300"))], by=None)
    assert profit(api, company) == Decimal(1000)
    assert profit(api, company, group="true") == Decimal(1300)
    data = report(api, "trial-balance", company, group="true")["data"]
    assert data["balanced"] is True
    assert data["totals"]["closing_debit"] == "1300.00"
    alone = make_user("accounting.view_reports")
    CompanyAccess.objects.create(user=alone, company=company)
    assert profit(ApiClient(alone), company, group="true") == Decimal(1000)


def numbers(api, books):
    """The report of numbers as its job works it out, and its row of invoices."""
    job = api.post("accounting/reports/number-gaps/", {"company": books.pk}, 202)["data"]["job"]
    run_job("org_acme", job)
    connection.set_tenant(get_tenant_model().objects.get(schema_name="org_acme"))
    data = report(api, "number-gaps", books)["data"]
    return data, next(row for row in data["rows"] if row["title"].startswith("Invoices"))


def invoices(books, count):
    party, service = make.customer(), make.product(product_kind="service", sale_price=Decimal(100))
    return [
        make.invoice(company=books, party=party, lines=[{"product": service, "quantity": 1}], post=True)
        for _ in range(count)
    ]


def invoice_series(books, **changes):
    """The series of invoices, changed as an administrator does it."""
    year = fiscal_year_of(books.pk, company_today())
    series = series_create(company=books, record_kind="accounting.invoice", year=year)
    return series_save(series, values=changes) if changes else series


def lost(books):
    """A number that the series gave and no invoice bears."""
    return number_take(company=books, record_kind="accounting.invoice", day=company_today())


def missing_of(data):
    return [row["title"] for row in data["rows"] if row["note"] == "missing"]


def test_report_of_numbers_names_cancelled_and_missing(api):
    books = make.company()
    made = invoices(books, 2)
    make.posted(made[1], verb="cancel", reason="Twice")
    whole, first = numbers(api, books)
    assert (first["used"], first["cancelled"], first["missing"]) == (2, 1, 0)
    assert any(row["title"] == made[1].number and row["note"] == "cancelled" for row in whole["rows"])
    series = NumberSeries.objects.get(company=books, record_kind="accounting.invoice")
    NumberSeries.objects.filter(pk=series.pk).untracked_update(next_number=4, last_number=3)
    broken, _row = numbers(api, books)
    assert broken["balanced"] is False
    assert missing_of(broken) == [made[1].number.replace("0002", "0003")]


def test_the_first_number_of_a_series_is_missed_too(api):
    books = make.company()
    gone = lost(books)
    invoices(books, 1)
    data, row = numbers(api, books)
    assert missing_of(data) == [gone]
    assert (data["balanced"], row["first"], row["missing"]) == (False, gone, 1)


def test_a_series_may_begin_where_the_administrator_says(api):
    books = make.company()
    invoice_series(books, next_number=51)
    made = invoices(books, 2)
    data, row = numbers(api, books)
    assert (data["balanced"], row["first"], row["missing"]) == (True, made[0].number, 0)


def test_numbers_are_proved_by_the_pattern_of_their_time(api):
    books = make.company()
    early = invoices(books, 2)
    invoice_series(books, pattern="NEW/{FY}/{###}")
    late = invoices(books, 2)
    data, row = numbers(api, books)
    assert (data["balanced"], row["first"], row["last"]) == (True, early[0].number, late[1].number)
    gone = [lost(books)]
    invoice_series(books, pattern="THEN/{FY}/{###}")
    gone.append(lost(books))
    assert missing_of(numbers(api, books)[0]) == gone


def test_what_was_passed_over_is_not_missing_and_an_unchecked_series_proves_nothing(api):
    books = make.company()
    invoices(books, 1)
    invoice_series(books, gapless=False, next_number=9)
    invoices(books, 1)
    data, row = numbers(api, books)
    assert (missing_of(data), row["missing"], row["note"]) == ([], None, "Checked for gaps: no")
    assert data["checks"] == []
    invoice_series(books, gapless=True)
    data, row = numbers(api, books)
    assert (data["balanced"], row["missing"]) == (True, 0)


def test_period_that_ends_before_it_begins_is_refused(api, company):
    answer = report(api, "number-gaps", company, 400, **{"from": date(2026, 5, 1), "to": date(2026, 4, 1)})
    assert answer["errors"][0]["field"] == "to"
