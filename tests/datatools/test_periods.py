"""Dates that move with the day, in the API, in lists and in what is kept of them."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse_lazy

from apps.company.selectors import company_today
from apps.core import periods
from apps.core.periods import PERIODS, period_days
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
LIST = reverse_lazy("admin:sales_quotation_changelist")


@pytest.mark.parametrize(
    ("name", "first", "last"),
    [
        ("today", "2026-01-15", "2026-01-15"),
        ("yesterday", "2026-01-14", "2026-01-14"),
        ("last_7_days", "2026-01-09", "2026-01-15"),
        ("last_30_days", "2025-12-17", "2026-01-15"),
        ("this_week", "2026-01-12", "2026-01-18"),
        ("this_month", "2026-01-01", "2026-01-31"),
        ("last_month", "2025-12-01", "2025-12-31"),
        ("this_quarter", "2026-01-01", "2026-03-31"),
        ("last_quarter", "2025-10-01", "2025-12-31"),
        ("this_fiscal_year", "2025-04-01", "2026-03-31"),
        ("last_fiscal_year", "2024-04-01", "2025-03-31"),
    ],
)
def test_days_of_a_period(monkeypatch, name, first, last):
    monkeypatch.setattr(periods, "_today", [lambda: date(2026, 1, 15)])
    assert [f"{day}" for day in period_days(name)] == [first, last]
    assert name in PERIODS


def quotations(api, shop):
    today = company_today()
    for days in (0, 3, 20, 400):
        api.post("sales/quotations/", shop.draft(date=(today - timedelta(days=days)).isoformat()))


def test_api_filters_by_period_and_names_what_is_wrong(api):
    quotations(api, Shop())

    def count(**params):
        return api.get("sales/quotations/", **params)["meta"]["pagination"]["total"]

    assert count(date__period="today") == 1
    assert count(date__period="last_7_days") == 2
    assert count(date__period="last_30_days") == 3
    assert (
        api.get("sales/quotations/", date__period="soon", expect=400)["errors"][0]["field"] == "date__period"
    )
    assert (
        api.get("sales/quotations/", status__period="today", expect=400)["errors"][0]["field"]
        == "status__period"
    )


def test_lists_offer_periods_and_a_kept_view_moves_with_the_day(api, administrator, monkeypatch):
    quotations(api, Shop())
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator)
    page = client.get(f"{LIST}?date__period=last_7_days&all=")
    assert page.status_code == 200
    assert page.context["cl"].result_count == 2
    assert "date__period=this_fiscal_year" in page.content.decode()
    client.post("/data/lists/sales.quotation/views/", {"name": "Week", "query": "date__period=last_7_days"})
    view = client.get(f"{LIST}?date__period=last_7_days").context["list_tools"]["views"][0]
    assert (view["name"], view["query"]) == ("Week", "date__period=last_7_days")
    monkeypatch.setattr(periods, "_today", [lambda: company_today() + timedelta(days=5)])
    later = client.get(f"{LIST}?{view['query']}")
    assert later.context["cl"].result_count == 1
