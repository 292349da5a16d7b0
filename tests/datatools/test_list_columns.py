"""Columns of a list as a person wants them: their widths, and views that carry both."""

from __future__ import annotations

import json

import pytest

from apps.datatools.models import SavedView
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db
PARTIES, KIND = "/admin/parties/party/", "parties.party"
WIDTH, COLUMNS, VIEWS = (f"/data/lists/{KIND}/{name}/" for name in ("width", "columns", "views"))


def widths(client, query="_once=1"):
    return json.loads(client.get(f"{PARTIES}?{query}").context["list_tools"]["widths"])


def columns(client, query="_once=1"):
    shown = client.get(f"{PARTIES}?{query}").context["cl"].list_display
    return [getattr(name, "__name__", name) for name in shown if name != "action_checkbox"]


def test_a_width_is_kept_for_the_person_and_can_be_given_back(browser):
    assert browser.post(WIDTH, {"column": "code", "width": "140"}).status_code == 204
    assert browser.post(WIDTH, {"column": "gstin", "width": "90"}).status_code == 204
    assert widths(browser) == {"code": 140, "gstin": 90}
    assert widths(signed_in(make_user("parties.view_party"))) == {}
    browser.post(WIDTH, {"column": "code", "width": ""})
    assert widths(browser) == {"gstin": 90}
    browser.post(COLUMNS, {"column": ["code", "gstin"], "width:code": "70", "width:gstin": ""})
    assert widths(browser) == {"code": 70}
    assert 'name="width:code" value="70"' in browser.get(f"{PARTIES}?_once=1").content.decode()
    browser.post(COLUMNS, {"usual": "1"})
    assert widths(browser) == {}


@pytest.mark.parametrize(
    ("sent", "field"),
    [
        ({"column": "code", "width": "10"}, "width"),
        ({"column": "code", "width": "-5"}, "width"),
        ({"column": "code", "width": "99999999999999999999"}, "width"),
        ({"column": "", "width": "100"}, "column"),
        ({"column": "x" * 81, "width": "100"}, "column"),
    ],
)
def test_a_width_that_cannot_be_is_refused_by_name(browser, sent, field):
    answer = browser.post(WIDTH, sent)
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["field"] == field
    assert widths(browser) == {}


def test_widths_of_a_list_that_he_may_not_see_are_nobodys(browser):
    clerk = signed_in(make_user("parties.view_party"))
    assert clerk.post("/data/lists/sales.order/width/", {"column": "code", "width": "90"}).status_code == 404
    assert clerk.get(WIDTH).status_code == 405


def test_a_shared_view_brings_its_columns_and_widths_and_ones_own_wait_beside_it(browser):
    make_customer()
    browser.post(COLUMNS, {"column": ["display_name", "gstin", "pan"], "width:gstin": "210"})
    browser.post(VIEWS, {"name": "Numbers", "query": "active__exact=1", "shared": "on"})
    view = SavedView.objects.get(name="Numbers")
    through = f"active__exact=1&view={view.pk}"
    clerk = signed_in(make_user("parties.view_party"))
    usual = columns(clerk)
    page = clerk.get(f"{PARTIES}?_once=1").content.decode()
    assert f'href="?{through.replace("&", "&amp;")}"' in page
    assert columns(clerk, through) == ["display_name", "gstin"], "the PAN is closed to him"
    assert widths(clerk, through) == {"gstin": 210}
    clerk.post(WIDTH, {"column": "gstin", "width": "120"})
    assert widths(clerk, through) == {"gstin": 120}, "his own width wins"
    assert columns(clerk) == usual
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?{through}", "the list opens as it was left"
    chips = clerk.get(f"{PARTIES}?{through}").context["list_tools"]["views"]
    assert [chip["current"] for chip in chips] == [True]
    chosen = clerk.post(COLUMNS, {"column": ["display_name", "code"], "query": through})
    assert chosen["Location"] == f"{PARTIES}?active__exact=1"
    assert columns(clerk, "active__exact=1") == ["display_name", "code"]


def test_a_view_is_kept_again_with_the_columns_that_it_shows(browser):
    browser.post(COLUMNS, {"column": ["display_name", "gstin"]})
    browser.post(VIEWS, {"name": "First", "query": "active__exact=1"})
    first = SavedView.objects.get(name="First")
    browser.post(COLUMNS, {"usual": "1"})
    browser.post(VIEWS, {"name": "Second", "query": f"active__exact=0&view={first.pk}", "view": first.pk})
    second = SavedView.objects.get(name="Second")
    assert (second.query, second.columns) == ("active__exact=0", ["display_name", "gstin"])
    browser.post(f"/data/lists/{KIND}/default/", {"view": second.pk})
    assert browser.get(PARTIES)["Location"] == f"{PARTIES}?active__exact=0&view={second.pk}"
    browser.post(f"{VIEWS}{second.pk}/remove/")
    assert columns(browser, f"active__exact=0&view={second.pk}") == columns(browser), "gone, not broken"
