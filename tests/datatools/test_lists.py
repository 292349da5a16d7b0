"""Lists remember filters and columns per user, share views and export what they show."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.core.admin.lists import EstimatingPaginator
from apps.datatools.models import SavedView
from apps.parties.models import Party
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient, signed_in

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


KIND = "parties.party"
VIEWS = f"/data/lists/{KIND}/views/"
DEFAULT = f"/data/lists/{KIND}/default/"


def role_with(*permissions, code):
    from apps.accounts.models import Role

    role = Role.objects.create(code=code, name=code.title())
    for permission in permissions:
        role.grants.create(permission=permission)
    return role


def person_of(role):
    user = make_user()
    user.roles.set([role])
    return user


@pytest.fixture
def desk():
    return role_with("parties.view_party", code="desk")


def test_view_is_shared_with_the_people_of_a_role_and_with_nobody_else(browser, desk):
    browser.post(VIEWS, {"name": "For the desk", "query": "active__exact=1", "role": [desk.pk]})
    member, stranger = signed_in(person_of(desk)), signed_in(make_user("parties.view_party"))
    assert "For the desk" in member.get(f"{PARTIES}?_once=1").content.decode()
    assert "For the desk" not in stranger.get(f"{PARTIES}?_once=1").content.decode()
    browser.post(VIEWS, {"name": "For the desk", "query": "active__exact=1"})
    assert "For the desk" not in member.get(f"{PARTIES}?_once=1").content.decode()


def test_clerk_shares_with_his_own_roles_only(desk):
    other = role_with("parties.view_party", code="other")
    clerk = signed_in(person_of(desk))
    clerk.post(VIEWS, {"name": "To others", "query": "", "role": [other.pk]})
    assert not SavedView.objects.filter(name="To others").exists()
    clerk.post(VIEWS, {"name": "To us", "query": "", "role": [desk.pk]})
    assert list(SavedView.objects.get(name="To us").roles.all()) == [desk]


def test_list_opens_with_the_view_of_the_role_and_ones_own_choice_wins(browser, desk):
    browser.post(VIEWS, {"name": "Switched off", "query": "active__exact=0", "shared": "on"})
    browser.post(VIEWS, {"name": "Private", "query": "o=2"})
    shared, private = SavedView.objects.get(name="Switched off"), SavedView.objects.get(name="Private")
    clerk = signed_in(person_of(desk))
    browser.post(DEFAULT, {"view": private.pk, "role": desk.pk})
    assert clerk.get(PARTIES).status_code == 200, "a view that they can't see is nobody's default"
    browser.post(DEFAULT, {"view": shared.pk, "role": desk.pk})
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?active__exact=0"
    clerk.get(f"{PARTIES}?o=1")
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?active__exact=0", "not what he had last"
    clerk.post(VIEWS, {"name": "Mine", "query": "active__exact=1"})
    clerk.post(DEFAULT, {"view": SavedView.objects.get(name="Mine").pk})
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?active__exact=1"
    clerk.get(f"{PARTIES}?o=1")
    clerk.post(DEFAULT, {"view": ""})
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?o=1", "as he left it, whatever the role says"


def test_all_rows_can_be_seen_although_the_list_opens_with_a_view(browser):
    browser.post(VIEWS, {"name": "Switched off", "query": "active__exact=0"})
    browser.post(DEFAULT, {"view": SavedView.objects.get(name="Switched off").pk})
    answer = browser.get(f"{PARTIES}?_reset=1")
    assert browser.get(answer["Location"]).status_code == 200
    browser.post(f"{VIEWS}{SavedView.objects.get(name='Switched off').pk}/remove/")
    assert browser.get(PARTIES).status_code == 200, "a removed view opens no list"


def test_only_an_administrator_chooses_for_a_role(browser, desk):
    browser.post(VIEWS, {"name": "Shared", "query": "active__exact=0", "shared": "on"})
    view = SavedView.objects.get(name="Shared")
    clerk = signed_in(person_of(desk))
    clerk.post(DEFAULT, {"view": view.pk, "role": desk.pk})
    assert clerk.get(PARTIES).status_code == 200
    assert clerk.post("/data/lists/sales.order/default/", {"view": view.pk}).status_code == 404


def test_count_of_a_view_is_what_its_reader_may_see(browser):
    make_customer(active=False)
    browser.post(VIEWS, {"name": "Off", "query": "active__exact=0", "shared": "on"})
    browser.post(VIEWS, {"name": "Gone filter", "query": "no_such_filter=1", "shared": "on"})
    view = str(SavedView.objects.get(name="Off").pk)
    path = f"/data/lists/{KIND}/counts/"
    everybody = Party.objects.filter(active=False, deleted_at=None).count()
    assert browser.get(path).json()["counts"] == {view: everybody}
    own = signed_in(make_user("parties.view_party", level="own"))
    assert own.get(path).json()["counts"][view] == 0
    assert signed_in(make_user("sales.view_order")).get(path).status_code == 404


def test_view_whose_filter_is_closed_to_its_reader_neither_opens_the_list_nor_stops_the_counts(browser, desk):
    browser.post(VIEWS, {"name": "By PAN", "query": "pan__startswith=A", "shared": "on"})
    browser.post(VIEWS, {"name": "All", "query": "o=1", "shared": "on"})
    by_pan, plain = SavedView.objects.get(name="By PAN"), SavedView.objects.get(name="All")
    browser.post(DEFAULT, {"view": by_pan.pk, "role": desk.pk})
    clerk = signed_in(person_of(desk))
    page = clerk.get(PARTIES)
    assert page.status_code == 200
    chips = [view["name"] for view in page.context["list_tools"]["views"]]
    assert chips == ["All"], "none that would be refused"
    assert set(clerk.get(f"/data/lists/{KIND}/counts/").json()["counts"]) == {str(plain.pk)}
    desk.grants.create(permission="parties.see_pan")
    assert clerk.get(PARTIES)["Location"] == f"{PARTIES}?pan__startswith=A"


def test_views_of_a_role_that_is_switched_off_go_with_it(browser, desk):
    browser.post(VIEWS, {"name": "For the desk", "query": "active__exact=1", "role": [desk.pk]})
    view = SavedView.objects.get(name="For the desk")
    browser.post(DEFAULT, {"view": view.pk, "role": desk.pk})
    person = make_user("parties.view_party")
    person.roles.add(desk)
    member = signed_in(person)
    assert member.get(PARTIES)["Location"] == f"{PARTIES}?active__exact=1"
    desk.active = False
    desk.save()
    page = member.get(PARTIES)
    assert page.status_code == 200
    assert "For the desk" not in page.content.decode()
    member.post(VIEWS, {"name": "To the desk", "query": "", "role": [desk.pk]})
    assert not SavedView.objects.filter(name="To the desk").exists()


def test_columns_stand_in_the_order_that_was_chosen(browser):
    make_customer()
    browser.post("/data/lists/parties.party/columns/", {"column": ["gstin", "display_name", "code"]})
    shown = browser.get(PARTIES).context["cl"].list_display
    assert [name for name in shown if name != "action_checkbox"] == ["gstin", "display_name", "code"]


def test_density_is_kept_for_the_person_in_all_lists(browser, administrator):
    browser.post(f"/data/lists/{KIND}/density/", {"comfortable": "1"})
    assert 'name="bahi-density" content="comfortable"' in browser.get("/admin/catalog/unit/").content.decode()
    assert ApiClient(administrator).get("auth/me/")["data"]["user"]["density"] == "comfortable"
    other = signed_in(make_user("parties.view_party"))
    assert 'content="comfortable"' not in other.get(PARTIES).content.decode()
    browser.post(f"/data/lists/{KIND}/density/")
    page = browser.get(PARTIES).content.decode()
    assert 'name="bahi-density" content="compact"' in page
    assert 'content="comfortable"' not in page


def test_records_are_found_by_their_tags_in_the_list_and_over_the_api(browser, api):
    steel, pipes = make_customer(tags=["steel", "key"]), make_customer(tags=["pipes"])
    plain = make_customer()

    def listed(query):
        return {row.pk for row in browser.get(f"{PARTIES}?{query}&_once=1").context["cl"].result_list}

    def answered(**query):
        return {row["id"] for row in api.get("parties/parties/", per_page=200, **query)["data"]}

    assert listed("tags=%00") == listed("tags=,") == listed("tags=")  # no tag is asked for
    assert listed("tags=steel") == answered(tags="steel") == {steel.pk}
    assert listed("tags=steel,+pipes") == answered(tags__in="steel,pipes") == {steel.pk, pipes.pk}
    assert {steel.pk, pipes.pk} & answered(tags__isnull="true") == set()
    assert plain.pk in answered(tags__isnull="true")
    assert answered(tags="steel", search="nobody") == set()
    assert api.get("parties/parties/?tags__gte=a", expect=400)["errors"][0]["field"] == "tags__gte"
    assert api.get("sales/orders/", tags="urgent")["data"] == []


def test_empty_list_offers_what_its_reader_may_do_next(browser):
    units = "/admin/catalog/unit/"
    nothing = browser.get(f"{units}?q=no such unit&_once=1").content.decode()
    assert "Nothing fits these filters" in nothing
    assert 'button--primary" href="?_reset=1"' in nothing
    assert not Party.objects.exists()
    page = browser.get(PARTIES).content.decode()
    start = page.find("bahi-empty--list")
    assert start > 0, page[-6000:]
    assert "Enter the first one, or bring many in from a file." in page, page[start : start + 1500]
    assert "/data/import/?target=parties%2Fparties" in page
    reader = signed_in(make_user("parties.view_party")).get(PARTIES).content.decode()
    assert "It fills as work goes on." in reader
    assert "/data/import/" not in reader
    assert "The bin is empty" in browser.get(f"{PARTIES}?bin=1").content.decode()
    sorted_only = browser.get(f"{PARTIES}?o=1").content.decode()
    assert "Nothing fits these filters" not in sorted_only
