"""The page of document numbers: what comes next, what a change would give, and on what it bears."""

from __future__ import annotations

import pytest
from django.test import Client
from django.urls import reverse

from apps.company.models import FiscalYear, NumberSeries
from apps.company.selectors import company_today
from apps.company.services.access import company_limit_set
from apps.company.services.series import number_take
from tests.factories.accounts import make_user
from tests.factories.company import make_company

pytestmark = pytest.mark.django_db
KIND = "accounting.invoice"


@pytest.fixture
def company():
    return make_company()


def address(company):
    return reverse("series_plan", "config.urls") + f"?company={company.pk}"


def row(answer, kind=KIND):
    return next(row for row in answer.context["rows"] if row.series.record_kind == kind)


def sent(pattern, number, **more):
    return {"kind": KIND, "pattern": pattern, "next_number": number, **more}


def year_of(company):
    return FiscalYear.objects.filter(company=company).latest("start").short_label


def test_page_shows_the_next_number_before_and_after_the_first_was_given(browser, company):
    answer = browser.get(address(company))
    assert row(answer).planned
    first = row(answer).numbers[0]
    assert number_take(company=company, record_kind=KIND, day=company_today()) == first
    shown = row(browser.get(address(company)))
    assert not shown.planned
    assert shown.numbers[0].endswith("0002")


def test_trying_saves_nothing_and_saving_holds_for_what_comes(browser, company):
    given = number_take(company=company, record_kind=KIND, day=company_today())
    answer = browser.post(address(company), sent("S/{FY}/{###}", "2", **{"try": "1"}))
    year = year_of(company)
    assert row(answer).tried == [f"S/{year}/{n:03}" for n in (2, 3, 4)]
    assert NumberSeries.objects.get(company=company, record_kind=KIND).pattern != "S/{FY}/{###}"
    assert browser.post(address(company), sent("S/{FY}/{###}", "2")).status_code == 302
    assert number_take(company=company, record_kind=KIND, day=company_today()) == f"S/{year}/002"
    assert given != f"S/{year}/001"


@pytest.mark.parametrize(
    ("pattern", "number"),
    [
        ("INVOICE-NUMBER/{FY}/{####}", "2"),
        ("IN V/{####}", "2"),
        ("INV/{FY}", "2"),
        ("INV/{YEAR}/{####}", "2"),
        ("INV/{FY}/{####}", "1"),
        ("INV/{FY}/{####}", "9"),
        ("INV/{FY}/{####}", "-1"),
        ("INV/{FY}/{####}", "x"),
    ],
)
@pytest.mark.parametrize("trial", [True, False])
def test_unlawful_numbers_are_refused_beside_their_row(pattern, number, trial, browser, company):
    number_take(company=company, record_kind=KIND, day=company_today())
    before = NumberSeries.objects.get(company=company, record_kind=KIND)
    answer = browser.post(address(company), sent(pattern, number, **({"try": "1"} if trial else {})))
    assert answer.status_code == 200
    assert row(answer).errors
    after = NumberSeries.objects.get(company=company, record_kind=KIND)
    assert (after.pattern, after.next_number) == (before.pattern, before.next_number)


def test_who_may_only_look_changes_nothing_and_sees_own_companies_only(company):
    other = make_company()
    reader = make_user("company.view_numberseries", "company.view_company")
    company_limit_set(reader, [company], by=None)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(type(reader).objects.get(pk=reader.pk))
    text = client.get(address(company)).content.decode()
    assert 'name="pattern"' not in text
    assert client.post(address(company), sent("S/{####}", "1")).status_code == 403
    assert client.get(address(other)).status_code == 404
    client.force_login(make_user("sales.view_order"))
    assert client.get(address(company)).status_code == 403
