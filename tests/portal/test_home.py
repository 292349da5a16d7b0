"""Home page: counts in the user's own scope, quick create from what he may make, pinned pages."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import User
from apps.portal.counters import counters, counters_for
from tests.factories.accounts import make_user
from tests.factories.sales import Shop
from tests.kit.clients import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
FRAME_BUDGET = 19  # queries of the home page besides one for each figure


def figure(user, app: str, query: str) -> int:
    return next(row["count"] for row in counters_for(user)[app] if query in row["url"])


def test_manager_sees_counts_of_all_and_clerk_of_his_own(administrator, api):
    clerk = make_user("sales.view_quotation", level="own")
    shop = Shop()
    before = figure(administrator, "sales", "status__exact=sent")
    for owner, sent in ((clerk, True), (administrator, True), (clerk, False)):
        row = api.post("sales/quotations/", shop.draft(owner=owner.pk), 201)["data"]
        if sent:
            api.post(f"sales/quotations/{row['id']}/send/", {}, 200)
    assert figure(administrator, "sales", "status__exact=sent") == before + 2
    assert figure(clerk, "sales", "status__exact=sent") == 1
    assert set(counters_for(clerk)) == {"sales"}


def test_every_counter_is_one_query_and_opens_its_list(administrator):
    browser = signed_in(administrator)
    assert len(counters()) >= 10
    for counter in counters():
        with CaptureQueriesContext(connection) as queries:
            shown = counter.figure(administrator)
        assert len([q for q in queries if "COUNT(" in q["sql"]]) == 1
        answer = browser.get(shown["url"])
        assert answer.status_code == 200, shown
        assert answer.context["cl"].result_count == shown["count"], shown


def test_home_shows_modules_within_its_query_budget(administrator):
    browser = signed_in(administrator)
    browser.get("/")
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get("/")
    assert answer.status_code == 200
    assert len(queries) <= FRAME_BUDGET + len(counters())
    assert [item["key"] for item in answer.context["strip"]][:2] == ["accounting.invoice", "sales.quotation"]


def test_clerk_chooses_his_strip_from_what_he_may_create_only():
    clerk = make_user("parties.view_party", "parties.add_party", "sales.view_quotation")
    browser = signed_in(clerk)
    browser.post("/quick-create/", {"key": ["parties.party", "", "parties.party"]})
    assert User.objects.get(pk=clerk.pk).quick_create == ["parties.party"]
    browser.post("/quick-create/", {"key": ["sales.quotation"]})
    assert User.objects.get(pk=clerk.pk).quick_create == ["parties.party"]


def test_user_without_a_role_is_told_whom_to_ask():
    answer = signed_in(make_user("accounts.view_nothing")).get("/")
    assert b"Ask your administrator" in answer.content


def test_pinned_page_comes_first_in_the_menu_and_goes_again(administrator):
    browser = signed_in(administrator)
    browser.post("/favourite/", {"path": "/admin/sales/order/", "title": "Orders <b>"})
    assert User.objects.get(pk=administrator.pk).favourites == [
        {"path": "/admin/sales/order/", "title": "Orders <b>"}
    ]
    page = browser.get("/").content.decode()
    assert "Orders &lt;b&gt;" in page
    assert "Orders <b>" not in page
    browser.post("/favourite/", {"path": "/admin/sales/order/"})
    assert User.objects.get(pk=administrator.pk).favourites == []


@pytest.mark.parametrize("path", ["//evil.example/", "https://evil.example/", "/no/such/page/", ""])
def test_foreign_address_is_not_pinned(administrator, path):
    answer = signed_in(administrator).post("/favourite/", {"path": path, "title": "x"})
    assert answer["Location"] == "/"
    assert User.objects.get(pk=administrator.pk).favourites == []
