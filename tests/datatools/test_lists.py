"""Lists remember filters and columns per user, share views and export what they show."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.core.admin.lists import EstimatingPaginator
from apps.datatools.models import SavedView
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db
PARTIES = "/admin/parties/party/"


def test_list_opens_as_the_user_left_it_and_only_for_him(browser):
    browser.get(f"{PARTIES}?active__exact=1&o=2")
    answer = browser.get(PARTIES)
    assert answer["Location"] == f"{PARTIES}?active__exact=1&o=2"
    other = signed_in(make_user("parties.view_party"))
    assert other.get(PARTIES).status_code == 200


def test_reset_and_taking_the_last_filter_off_show_all_again(browser):
    browser.get(f"{PARTIES}?active__exact=1")
    assert browser.get(f"{PARTIES}?_reset=1")["Location"] == PARTIES
    assert browser.get(PARTIES).status_code == 200
    browser.get(f"{PARTIES}?active__exact=1")
    assert (
        browser.get(PARTIES, HTTP_REFERER=f"http://acme.localhost{PARTIES}?active__exact=1").status_code
        == 200
    )
    assert browser.get(PARTIES).status_code == 200


def test_page_number_and_a_counter_of_the_home_page_are_not_remembered(browser):
    browser.get(f"{PARTIES}?p=1")
    browser.get(f"{PARTIES}?active__exact=0&_once=1")
    assert browser.get(PARTIES).status_code == 200


def test_the_bin_is_left_when_the_list_is_opened_again(browser):
    browser.get(f"{PARTIES}?bin=1")
    assert browser.get(PARTIES).status_code == 200


def test_shared_view_is_offered_to_others_and_only_its_owner_removes_it(browser, administrator):
    kind = "parties.party"
    browser.post(
        f"/data/lists/{kind}/views/", {"name": "Active ones", "query": "active__exact=1", "shared": "on"}
    )
    view = SavedView.objects.get(name="Active ones")
    clerk = signed_in(make_user("parties.view_party"))
    assert "Active ones" in clerk.get(PARTIES).content.decode()
    clerk.post(f"/data/lists/{kind}/views/{view.pk}/remove/")
    assert SavedView.objects.filter(pk=view.pk).exists()
    browser.post(f"/data/lists/{kind}/views/{view.pk}/remove/")
    assert not SavedView.objects.filter(pk=view.pk).exists()


def test_private_view_and_nameless_view_stay_out_of_sight(browser):
    browser.post("/data/lists/parties.party/views/", {"name": "My own view", "query": "active__exact=1"})
    browser.post("/data/lists/parties.party/views/", {"name": "  ", "query": "active__exact=1"})
    assert not SavedView.objects.filter(name__in=("", "  ")).exists()
    assert "My own view" not in signed_in(make_user("parties.view_party")).get(PARTIES).content.decode()


def test_clerk_cannot_keep_views_of_a_list_that_he_may_not_see():
    clerk = signed_in(make_user("parties.view_party"))
    assert clerk.post("/data/lists/sales.order/views/", {"name": "x"}).status_code == 404
    assert clerk.post("/data/lists/no.such/columns/", {"column": "code"}).status_code == 404


def test_chosen_columns_are_shown_and_unknown_ones_left_out(browser):
    make_customer()
    columns = ["code", "pan", "password", "no_such"]
    browser.post("/data/lists/parties.party/columns/", {"column": columns})
    shown = browser.get(PARTIES).context["cl"].list_display
    assert [name for name in shown if name != "action_checkbox"] == ["display_name", "code", "pan"]
    browser.post("/data/lists/parties.party/columns/", {"usual": "1"})
    assert "pan" not in browser.get(PARTIES).context["cl"].list_display


@pytest.mark.parametrize(
    ("form", "start"), [("csv", b"\xef\xbb\xbf"), ("xlsx", b"PK"), ("pdf", b"%PDF"), ("json", b"[")]
)
def test_export_holds_what_the_filters_leave(browser, form, start):
    kept, gone = (
        make_customer(display_name="Kept Traders"),
        make_customer(display_name="Gone Traders", active=False),
    )
    answer = browser.get(f"{PARTIES}?active__exact=1&_export={form}")
    assert answer.status_code == 200
    content = answer.getvalue()
    assert content.startswith(start)
    if form in ("csv", "json"):
        assert kept.display_name in content.decode()
        assert gone.display_name not in content.decode()


def test_export_needs_its_permission():
    clerk = signed_in(make_user("parties.view_party"))
    assert clerk.get(f"{PARTIES}?_export=csv").status_code == 403
    assert "_export=" not in clerk.get(PARTIES).content.decode()


def test_huge_unfiltered_list_takes_the_estimate_and_a_filtered_one_counts(administrator, monkeypatch):
    make_customer()
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples::bigint FROM pg_class WHERE oid = to_regclass('parties_party')")
        estimate = cursor.fetchone()[0]
    assert EstimatingPaginator(Party.objects.order_by("pk"), 50).count == Party.objects.count()
    monkeypatch.setattr("apps.core.admin.lists.HUGE", estimate)
    assert EstimatingPaginator(Party.objects.order_by("pk"), 50).count == estimate != Party.objects.count()
    filtered = EstimatingPaginator(Party.objects.filter(pk__gt=0).order_by("pk"), 50)
    assert filtered.count == Party.objects.count()
