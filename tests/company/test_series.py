"""Number series: gapless, forward only, lawful."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction

from apps.company.models import FiscalYear, NumberSeries
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.company.services.series import number_take, register_series
from apps.core.errors import InvalidInput, Refused
from tests.factories.company import make_company

pytestmark = pytest.mark.django_db
KIND = "tests.bill"
DAY = date(2026, 11, 21)


@pytest.fixture(autouse=True)
def _kinds():
    register_series(KIND, "B/{FY}/{####}", gst=True)
    register_series("tests.note", "N{####}")
    yield
    from apps.company.services import series

    series._defaults.pop(KIND)
    series._defaults.pop("tests.note")


@pytest.fixture
def company():
    made = make_company()
    fiscal_year_open(company=made, day=DAY)
    return made


def take(company, kind=KIND, day=DAY):
    return number_take(company=company, record_kind=kind, day=day)


def series_of(company, kind=KIND):
    return NumberSeries.objects.get(company=company, record_kind=kind, fiscal_year__start__lte=DAY,
                                    fiscal_year__end__gte=DAY)  # fmt: skip


def test_numbers_follow_each_other_per_company_and_year(company):
    assert [take(company) for _ in range(3)] == ["B/26-27/0001", "B/26-27/0002", "B/26-27/0003"]
    assert take(make_company(), day=company_today()).endswith("/0001")
    fiscal_year_open(company=company, day=date(2027, 4, 1))
    assert take(company, day=date(2027, 4, 1)) == "B/27-28/0001"
    with pytest.raises(InvalidInput):
        take(company, day=date(2001, 1, 1))


def test_rolled_back_number_is_given_again(company):
    take(company)

    class Oops(Exception):
        pass

    def give_up():
        with transaction.atomic():
            assert take(company) == "B/26-27/0002"
            raise Oops

    with pytest.raises(Oops):
        give_up()
    assert take(company) == "B/26-27/0002"


def test_pattern_without_year_goes_on_in_the_next_year(company):
    assert take(company, "tests.note") == "N0001"
    fiscal_year_open(company=company, day=date(2027, 4, 1))
    assert take(company, "tests.note", date(2027, 4, 1)) == "N0002"


def test_series_longer_than_sixteen_is_refused_when_it_comes_to_that(company):
    year = FiscalYear.objects.get(company=company, start__lte=DAY, end__gte=DAY)
    NumberSeries.objects.create(
        company=company, record_kind=KIND, fiscal_year=year, pattern="BILLS/{FY}/{####}", next_number=9999
    )
    assert take(company) == "BILLS/26-27/9999"
    with pytest.raises(Refused):
        take(company)


def test_administrator_previews_and_changes_forward_only(api, company):
    take(company)
    row = series_of(company)
    path = f"company/series/{row.pk}/"
    assert api.get(path)["data"]["preview"] == "B/26-27/0002"
    assert api.patch(path, {"pattern": "BL/{FY}/{###}"})["data"]["preview"] == "BL/26-27/002"
    assert take(company) == "BL/26-27/002"
    for body, code in (({"next": 2}, "number_used"), ({"next": 9}, "gap")):
        answer = api.patch(path, body, 400)
        assert (answer["errors"][0]["field"], answer["errors"][0]["code"]) == ("next", code)
    api.patch(path, {"gapless": False, "next": 9})
    assert take(company) == "BL/26-27/009"
    api.delete(path, 409)
    answer = api.patch(path, {"company": make_company().pk}, 409)
    assert answer["errors"][0]["code"] == "in_use"


def test_fresh_series_starts_where_the_administrator_says(api, company):
    year = FiscalYear.objects.get(company=company, start__lte=DAY, end__gte=DAY)
    body = {"company": company.pk, "kind": KIND, "fiscal_year": year.pk, "pattern": "A{####}", "next": 51}
    made = api.post("company/series/", body)["data"]
    assert made["preview"] == "A0051"
    api.patch(f"company/series/{made['id']}/", {"next": 40})
    assert take(company) == "A0040"
    assert api.post("company/series/", body, 400)["errors"]


@pytest.mark.parametrize(
    "pattern",
    ["INV", "{####}{####}", "{YEAR}/{####}", "INVOICES/{FY}/{####}", "A {####}", "A_{####}", "{CO", ""],
)
def test_bad_pattern_is_refused(api, company, pattern):
    year = FiscalYear.objects.get(company=company, start__lte=DAY, end__gte=DAY)
    body = {"company": company.pk, "kind": KIND, "fiscal_year": year.pk, "pattern": pattern}
    assert api.post("company/series/", body, 400)["errors"][0]["field"] == "pattern"


def test_unknown_kind_foreign_year_and_double_pattern_are_refused(api, company):
    take(company)
    year = FiscalYear.objects.get(company=company, start__lte=DAY, end__gte=DAY)
    foreign = FiscalYear.objects.filter(company=make_company()).first()
    body = {"company": company.pk, "kind": "tests.note", "fiscal_year": year.pk, "pattern": "Q{####}"}
    for change, field in (
        ({"kind": "no.such"}, "kind"),
        ({"fiscal_year": foreign.pk}, "fiscal_year"),
        ({"pattern": "B/{FY}/{####}"}, "pattern"),
    ):
        assert api.post("company/series/", {**body, **change}, 400)["errors"][0]["field"] == field


def test_database_keeps_a_series_from_going_back(company):
    take(company)
    row = series_of(company)
    row.next_number = 1
    with pytest.raises(IntegrityError), transaction.atomic():
        row.save()


def test_permission_to_change_series_is_its_own(user_with, api_as, company):
    take(company)
    row = series_of(company)
    person = user_with("company.view_numberseries", "company.change_numberseries")
    api_as(person).patch(f"company/series/{row.pk}/", {"pattern": "X{####}"}, 403)
