"""Statements of one cost centre or project, of several companies together; and what became of the numbers."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import pytest

from apps.accounting.ledger import Posting, post
from apps.company.models import CompanyAccess, NumberSeries
from apps.company.selectors import company_today
from apps.dimensions.models import CostCentre
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


def test_report_of_numbers_names_cancelled_and_missing(api):
    books = make.company()
    party, service = make.customer(), make.product(product_kind="service", sale_price=Decimal(100))
    made = [
        make.invoice(company=books, party=party, lines=[{"product": service, "quantity": 1}], post=True)
        for _ in range(2)
    ]
    make.posted(made[1], verb="cancel", reason="Twice")
    whole = report(api, "number-gaps", books)["data"]
    first = next(row for row in whole["rows"] if row["title"].startswith("Invoices"))
    assert (first["used"], first["cancelled"], first["missing"]) == (2, 1, 0)
    assert any(row["title"] == made[1].number and row["note"] == "cancelled" for row in whole["rows"])
    series = NumberSeries.objects.get(company=books, record_kind="accounting.invoice")
    NumberSeries.objects.filter(pk=series.pk).untracked_update(next_number=4, last_number=3)
    broken = report(api, "number-gaps", books)["data"]
    assert broken["balanced"] is False
    assert [row["title"] for row in broken["rows"] if row["note"] == "missing"] == [
        made[1].number.replace("0002", "0003")
    ]


def test_period_that_ends_before_it_begins_is_refused(api, company):
    answer = report(api, "number-gaps", company, 400, **{"from": date(2026, 5, 1), "to": date(2026, 4, 1)})
    assert answer["errors"][0]["field"] == "to"
