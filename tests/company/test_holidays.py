"""Holidays, working days, and due dates that keep off closed days."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from apps.accounting.models import Invoice
from apps.company.calendar import working_day_from, working_days
from apps.company.models import Holiday
from apps.company.services.holidays import holidays_copy, holidays_national_add
from apps.company.services.settings import settings_save
from apps.core.errors import InvalidInput, NotAllowed, Refused
from tests.factories.accounts import make_user
from tests.factories.company import make_company
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
FRIDAY, SATURDAY, SUNDAY, MONDAY = (date(2027, 1, day) for day in (22, 23, 24, 25))
REPUBLIC_DAY = date(2027, 1, 26)


def holiday(day, name="Closed", **more):
    return Holiday.objects.create(date=day, name=name, **more)


def days(company):
    return [day.day for day in working_days(company, FRIDAY, REPUBLIC_DAY)]


def test_working_days_know_the_week_and_the_holidays_of_company_and_state(administrator):
    here, there = make_company(), make_company(state_code="29")
    assert days(here) == [22, 23, 25, 26]
    holiday(REPUBLIC_DAY, holiday_kind="national")
    holiday(FRIDAY, company=there)
    holiday(SATURDAY, state_code="29")
    holiday(MONDAY, holiday_kind="optional")
    holiday(MONDAY, name="Off", active=False)
    assert days(here) == [22, 23, 25]
    assert days(there) == [25]
    week = ["mon", "tue", "wed", "thu", "fri"]
    settings_save("company", {"working_days": week}, company=here, by=administrator)
    assert days(here) == [22, 25]
    assert (working_day_from(here, SATURDAY), working_day_from(here, FRIDAY)) == (MONDAY, FRIDAY)


def test_a_calendar_without_working_days_is_refused_not_searched_for_ever(administrator):
    company = make_company()
    settings_save("company", {"working_days": ["sun"]}, company=company, by=administrator)
    for week in range(20):
        holiday(date.fromordinal(SUNDAY.toordinal() + 7 * week))
    with pytest.raises(Refused) as refused:
        working_day_from(company, SUNDAY)
    assert refused.value.code == "no_working_day"


def test_a_holiday_is_there_once():
    holiday(MONDAY)
    with pytest.raises(IntegrityError), transaction.atomic():
        holiday(MONDAY)
    holiday(MONDAY, state_code="29")


def test_copy_takes_fixed_dates_and_names_those_that_move(administrator):
    holiday(date(2028, 1, 26), "Republic Day", same_date=True)
    holiday(date(2028, 2, 29), "Leap", same_date=True)
    holiday(date(2028, 3, 11), "Holi")
    result = holidays_copy(from_year=2028, to_year=2029, by=administrator)
    assert (result.made, result.there, result.moving) == (1, 0, ["Leap", "Holi"])
    again = holidays_copy(from_year=2028, to_year=2029, moving=True, by=administrator)
    assert (again.made, again.there, again.moving) == (1, 1, ["Leap"])
    found = Holiday.objects.filter(date__year=2029).values_list("date", "name")
    assert list(found) == [(date(2029, 1, 26), "Republic Day"), (date(2029, 3, 11), "Holi")]
    for years, name in (((2029, 2029), "to_year"), ((1999, 2029), "from_year"), ((2031, 2032), "from_year")):
        with pytest.raises(InvalidInput) as refused:
            holidays_copy(from_year=years[0], to_year=years[1], by=administrator)
        assert refused.value.field == name
    with pytest.raises(NotAllowed):
        holidays_copy(from_year=2028, to_year=2030, by=make_user("company.view_holiday"))


def test_national_holidays_are_entered_where_they_are_missing(administrator):
    holiday(date(2027, 8, 15), "Freedom")
    result = holidays_national_add(year=2027, by=administrator)
    assert (result.made, result.there) == (2, 1)
    assert holidays_national_add(year=2027, by=administrator).made == 0


def test_page_and_api_fill_a_year(administrator, api, api_as):
    address = reverse("holiday_year", "config.urls")
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator)
    answer = browser.post(address, {"what": "national", "year": "2027"}, follow=True)
    assert "3 entered, 0 were there." in answer.content.decode()
    answer = browser.post(address, {"what": "copy", "from_year": "1990", "to_year": "2028"})
    assert "from_year" in answer.context["copy"].errors
    data = api.post("company/holidays/copy/", {"from_year": 2027, "to_year": 2028}, expect=200)["data"]
    assert data == {"made": 3, "there": 0, "moving": []}
    reader = make_user("company.view_holiday")
    api_as(reader).post("company/holidays/copy/", {"from_year": 2027, "to_year": 2028}, expect=403)
    browser.force_login(reader)
    assert browser.get(address).status_code == 403


def test_due_date_moves_off_a_closed_day_where_the_company_says_so(api, administrator):
    shop = Shop()
    body = shop.draft() | {"date": "2026-11-02"}
    shop.customer.credit_days = 6  # 8 November 2026 is a Sunday
    shop.customer.save()
    made = api.post("accounting/invoices/", body)["data"]
    assert made["due_date"] == "2026-11-08"
    settings_save("accounting", {"due_on": "next_working_day"}, company=shop.company, by=administrator)
    holiday(date(2026, 11, 9), "Diwali")
    assert api.post("accounting/invoices/", body)["data"]["due_date"] == "2026-11-10"
    kept = api.post("accounting/invoices/", body | {"due_date": "2026-11-08"})["data"]
    assert kept["due_date"] == "2026-11-08"


def test_new_documents_get_the_terms_of_their_kind_and_company(api, administrator):
    shop = Shop()
    settings_save("accounting", {"invoice_terms": "For all"}, by=administrator)
    settings_save("accounting", {"invoice_terms": "Pune\nonly"}, company=shop.company, by=administrator)
    settings_save("sales", {"quotation_terms": "Two weeks"}, by=administrator)
    made = api.post("accounting/invoices/", shop.draft())["data"]
    assert made["terms"] == "Pune\nonly"
    assert api.post("sales/quotations/", shop.draft())["data"]["terms"] == "Two weeks"
    assert api.post("sales/orders/", shop.draft())["data"]["terms"] == ""
    own = api.post("accounting/invoices/", shop.draft() | {"terms": "Own"})["data"]
    assert own["terms"] == "Own"
    path = f"accounting/invoices/{made['id']}/"
    api.patch(path, {"terms": "", "version": made["version"]})
    assert Invoice.objects.get(pk=made["id"]).terms == ""
