"""The company switcher: it narrows lists and figures, presets forms and reports, and opens nothing."""

from __future__ import annotations

from datetime import date

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.accounts.models import User
from apps.company.models import Company, WorkingCompany
from apps.company.selectors import fiscal_start_of
from apps.company.services.access import company_limit_set
from apps.core.working import company_choices, working_company_id
from apps.portal.counters import counters_for
from apps.sales.models import Quotation
from tests.factories.company import make_company
from tests.factories.sales import Shop

pytestmark = pytest.mark.django_db
LIST = "/admin/sales/quotation/"


@pytest.fixture
def other(db):
    return make_company(code="OTHER")


@pytest.fixture
def shop(other):
    return Shop()


def work_in(browser, company, page=LIST):
    return browser.post("/company/work-in/", {"company": company.pk if company else "", "next": page})


def offer(api, shop, company=None):
    body = shop.draft(company=(company or shop.company).pk)
    return api.post("sales/quotations/", body)["data"]["id"]


def listed(browser, query=""):
    return sorted(browser.get(f"{LIST}?_once=1{query}").context["cl"].queryset.values_list("pk", flat=True))


def test_list_figures_and_new_forms_follow_the_company_worked_in(browser, api, shop, other, administrator):
    here, there = offer(api, shop), offer(api, shop, other)
    api.post(f"sales/quotations/{there}/send/", {}, 200)
    assert {here, there} <= set(listed(browser))
    assert work_in(browser, other).headers["Location"] == LIST
    assert listed(browser) == [there]
    administrator = User.objects.get(pk=administrator.pk)
    sent = next(row for row in counters_for(administrator)["sales"] if "status__exact=sent" in row["url"])
    assert sent["count"] == browser.get(sent["url"]).context["cl"].result_count == 1
    form = browser.get(f"{LIST}add/").context["document_config"]
    assert form["record"]["company"] == other.pk
    report = browser.get(reverse("report_accounting_trial-balance"))
    assert f'value="{other.pk}" selected' in report.content.decode()
    work_in(browser, None)
    assert {here, there} <= set(listed(browser))
    assert not WorkingCompany.objects.exists()


def test_explicit_filter_of_a_list_and_a_record_of_another_company_stay_reachable(browser, api, shop, other):
    here = offer(api, shop)
    work_in(browser, other)
    assert listed(browser, f"&company__id__exact={shop.company.pk}") == [here]
    assert browser.get(f"{LIST}{here}/change/").status_code == 200
    back = work_in(browser, other, f"{LIST}?company__id__exact={shop.company.pk}&status__exact=draft")
    assert back.headers["Location"] == f"{LIST}?status__exact=draft"


def test_choice_opens_no_company_that_the_user_may_not_see(browser, api, shop, other, user_with):
    clerk = user_with("sales.view_quotation", level="all")
    company_limit_set(clerk, [shop.company], None)
    own, foreign = offer(api, shop), offer(api, shop, other)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(clerk)
    answer = client.post("/company/work-in/", {"company": other.pk, "next": LIST}, follow=True)
    assert "There is no such company." in answer.content.decode()
    WorkingCompany.objects.create(user=clerk, company=other)  # a choice from before the limit
    clerk = User.objects.get(pk=clerk.pk)
    assert [item.pk for item in company_choices(clerk)] == [shop.company.pk]
    assert working_company_id(clerk) is None
    assert Quotation.objects.filter(pk=foreign).exists()
    assert listed(client) == [own]


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "", "javascript:alert(1)"])
def test_switch_leads_to_no_foreign_address(browser, other, target):
    answer = browser.post("/company/work-in/", {"company": other.pk, "next": target})
    assert answer.headers["Location"] == "/"


@pytest.mark.parametrize("company", ["0", "x", "99999999999999999999", "-1"])
def test_nonsense_chooses_nothing(browser, company):
    assert browser.post("/company/work-in/", {"company": company, "next": "/"}).status_code == 302
    assert not WorkingCompany.objects.exists()


def test_switcher_costs_one_query(administrator, other, shop):
    user = User.objects.get(pk=administrator.pk)
    assert user.access
    with CaptureQueriesContext(connection) as queries:
        company_choices(user)
        working_company_id(user)
    assert len(queries) == 1


def test_year_that_is_not_open_begins_as_the_company_counts_its_years(administrator):
    company = make_company(code="YEARS")
    assert fiscal_start_of(date(1999, 2, 1), administrator) == date(1998, 4, 1)
    Company.objects.filter(pk=company.pk).untracked_update(fiscal_year_start=1)
    assert fiscal_start_of(date(1999, 2, 1), administrator) == date(1999, 1, 1)
