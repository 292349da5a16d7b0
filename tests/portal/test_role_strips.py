"""Quick create: what a role brings, a person's own choice over it, and never more than he may create."""

from __future__ import annotations

import pytest
from django.db import IntegrityError, transaction

from apps.accounts.models import Role, RolePermission, User
from apps.audit.models import AuditEntry
from apps.portal.models import RoleStrip
from tests.kit.clients import signed_in

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
PARTY, QUOTATION, ORDER, PRODUCT = "parties.party", "sales.quotation", "sales.order", "catalog.product"
MAKES = ("parties.add_party", "sales.add_quotation", "sales.add_order", "catalog.add_product")
BACK = "Back to the entries of my roles"


def strip_of(user) -> list[str]:
    return [item["key"] for item in signed_in(user).get("/").context["strip"]]


def role_of(user, **changes) -> Role:
    role = user.roles.get()
    for name, value in changes.items():
        setattr(role, name, value)
    role.save()
    return role


def give(role: Role, *places: str) -> None:
    RoleStrip.objects.create(role=role, places=list(places))


def page(role: Role) -> str:
    return f"/quick-create/roles/{role.pk}/"


def test_administrator_gives_a_role_its_strip_and_its_people_find_it(administrator, user_with):
    clerk = user_with(*MAKES)
    role, office = role_of(clerk), signed_in(administrator)
    assert page(role) in office.get(f"/admin/accounts/role/{role.pk}/change/").text
    assert "/quick-create/roles/" in office.get("/").text
    offered = [item["key"] for item in office.get(page(role)).context["choices"]]
    assert set(offered) == {PARTY, QUOTATION, ORDER, PRODUCT}
    office.post(page(role), {"key": [PARTY, "", ORDER, PARTY]})
    assert strip_of(clerk) == [PARTY, ORDER]
    rows = {row["role"]: row["places"] for row in office.get("/quick-create/roles/").context["rows"]}
    assert [name.startswith("New ") for name in rows[role]] == [True, True]
    entry = AuditEntry.objects.filter(record_kind="portal.rolestrip").latest("pk")
    assert entry.user_id == administrator.pk
    office.post(page(role), {"reset": "1", "key": [PARTY]})
    assert not RoleStrip.objects.exists()
    assert strip_of(clerk) == [QUOTATION, ORDER, PARTY, PRODUCT]


def test_own_choice_wins_until_it_is_given_up(user_with):
    clerk = user_with(*MAKES)
    give(role_of(clerk), PARTY, ORDER)
    browser = signed_in(clerk)
    assert BACK not in browser.get("/").text
    browser.post("/quick-create/", {"key": [PRODUCT]})
    assert strip_of(clerk) == [PRODUCT]
    assert BACK in browser.get("/").text
    browser.post("/quick-create/", {"key": [PRODUCT], "reset": "1"})
    assert User.objects.get(pk=clerk.pk).quick_create == []
    assert strip_of(clerk) == [PARTY, ORDER]


def test_several_roles_bring_theirs_by_turns_in_the_order_of_their_names(user_with):
    clerk, other = user_with(*MAKES), user_with(*MAKES)
    give(role_of(clerk, name="Zebra"), PARTY, ORDER, PRODUCT)
    give(role_of(other, name="Antelope"), QUOTATION, PARTY, PRODUCT)
    clerk.roles.add(role_of(other))
    assert strip_of(clerk) == [QUOTATION, PARTY, ORDER, PRODUCT]
    assert "in the order of the roles' names" in signed_in(clerk).get("/").text


def test_roles_that_are_switched_off_or_in_the_bin_bring_nothing(user_with, administrator):
    clerk, other = user_with(*MAKES), user_with(*MAKES)
    give(role_of(clerk), PARTY)
    give(role_of(other, active=False), ORDER)
    clerk.roles.add(other.roles.get())
    assert strip_of(clerk) == [PARTY]


def test_nobody_is_shown_what_he_may_not_create(user_with):
    clerk = user_with(*MAKES)
    role = role_of(clerk)
    give(role, ORDER, PARTY)
    RolePermission.objects.filter(role=role, permission="sales.add_order").delete()
    assert strip_of(clerk) == [PARTY]
    RolePermission.objects.filter(role=role, permission="parties.add_party").delete()
    assert strip_of(clerk) == [QUOTATION, PRODUCT]


def test_a_role_brings_only_what_it_lets_create(api, user_with):
    role = role_of(user_with("sales.add_quotation", "sales.view_order"))
    path = f"home/role-strips/{role.pk}/"
    assert [item["key"] for item in api.get(path)["data"]["choices"]] == [QUOTATION]
    assert api.put(path, {"places": [QUOTATION, ORDER]}, 400)["errors"][0]["field"] == "places.1"
    for places, field in ((["no.such"], "places.0"), ("sales.quotation", "places"), ([[]], "places.0")):
        assert api.put(path, {"places": places}, 400)["errors"][0]["field"] == field
    api.put(path, {}, 400)
    assert not RoleStrip.objects.exists()


def test_strips_of_roles_over_the_api(api, api_as, user_with):
    clerk = user_with(*MAKES, "accounting.add_invoice")
    role = role_of(clerk)
    path = f"home/role-strips/{role.pk}/"
    assert api.put(path, {"places": [PARTY, ORDER]})["data"]["places"] == [PARTY, ORDER]
    listed = {row["role"]: row["places"] for row in api.get("home/role-strips/")["data"]}
    assert listed[role.pk] == [PARTY, ORDER]
    own = api_as(clerk).get("home/quick-create/")["data"]
    assert (own["source"], [item["key"] for item in own["strip"]]) == ("roles", [PARTY, ORDER])
    chosen = api_as(clerk).put("home/quick-create/", {"places": [PRODUCT]})["data"]
    assert (chosen["source"], chosen["chosen"]) == ("own", [PRODUCT])
    five = [PARTY, ORDER, PRODUCT, QUOTATION, "accounting.invoice"]
    refused = api_as(clerk).put("home/quick-create/", {"places": five}, 400)
    assert refused["errors"][0]["field"] == "places"
    assert api_as(clerk).put("home/quick-create/", {"places": []})["data"]["source"] == "roles"
    assert api.delete(path, expect=200)["data"]["places"] == []
    usual = api_as(clerk).get("home/quick-create/")["data"]
    assert (usual["source"], [item["key"] for item in usual["strip"]]) == (
        "usual", ["accounting.invoice", QUOTATION, ORDER, PARTY]
    )  # fmt: skip
    api.get("home/role-strips/99999999/", 404)


@pytest.mark.parametrize("held", [("accounts.view_role",), ("portal.change_rolestrip",), MAKES])
def test_strips_of_roles_are_for_those_who_may_give_them(api_as, user_with, held):
    clerk = user_with(*held)
    role = role_of(clerk)
    browser = signed_in(clerk)
    for path in ("/quick-create/roles/", page(role)):
        assert browser.get(path).status_code == 403
    assert browser.post(page(role), {"key": [PARTY]}).status_code == 403
    api_as(clerk).get("home/role-strips/", 403)
    api_as(clerk).put(f"home/role-strips/{role.pk}/", {"places": []}, 403)
    assert not RoleStrip.objects.exists()
    assert "/quick-create/roles/" not in browser.get("/").text


def test_who_may_see_roles_and_change_strips_gives_them_without_changing_roles(api_as, user_with):
    clerk = user_with("accounts.view_role", "portal.change_rolestrip", "parties.add_party")
    role = role_of(clerk)
    api_as(clerk).put(f"home/role-strips/{role.pk}/", {"places": [PARTY]})
    assert RoleStrip.objects.get().places == [PARTY]
    assert page(role) in signed_in(clerk).get(f"/admin/accounts/role/{role.pk}/change/").text
    RoleStrip.objects.get().delete()
    give(role, PARTY, ORDER)
    rows = {
        row["role"]: row["places"] for row in signed_in(clerk).get("/quick-create/roles/").context["rows"]
    }
    assert rows[role] == ["New party", "New order"], "in words, though he makes no orders himself"


@pytest.mark.parametrize("places", [[], [PARTY, ORDER, PRODUCT, QUOTATION, "accounting.invoice"]])
def test_the_database_keeps_one_to_four_places(user_with, places):
    with pytest.raises(IntegrityError), transaction.atomic():
        RoleStrip.objects.create(role=role_of(user_with()), places=places)
