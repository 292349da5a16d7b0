"""Users, roles, departments, teams, grants over the API: rights can't be handed on by who lacks them."""

from __future__ import annotations

import re

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import AccessLink, AccessLog, Department, Role, Team, User
from apps.messaging.models import MailMessage
from apps.parties.models import Party
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
MANAGE = (
    "accounts.view_user", "accounts.add_user", "accounts.change_user", "accounts.delete_user",
    "accounts.invite_user", "accounts.deactivate_user", "accounts.view_role", "accounts.add_role",
    "accounts.change_role", "parties.view_party",
)  # fmt: skip


def make_role(api, code, permissions, **more):
    return api.post("accounts/roles/", {"code": code, "name": code, "permissions": permissions, **more})[
        "data"
    ]


def test_administrator_makes_a_user_and_invites_him(api, django_capture_on_commit_callbacks):
    role = make_role(api, "clerk", ["parties.view_party"])
    made = api.post("accounts/users/", {"email": "Ravi@Acme.example", "name": "Ravi", "roles": [role["id"]]})[
        "data"
    ]
    assert (made["email"], made["roles"], made["companies"]) == ("ravi@acme.example", [role["id"]], [])
    with django_capture_on_commit_callbacks(execute=True):
        api.post(f"accounts/users/{made['id']}/invite/", {}, 200)
    assert mail.outbox[0].to == ["ravi@acme.example"]
    answer = api.post("accounts/users/", {"email": "ravi@acme.example", "name": "Again"}, 400)
    assert answer["errors"][0]["field"] == "email"


def test_roles_are_checked_against_the_registry(api):
    body = {"code": "x", "name": "X", "permissions": ["sales.fly"], "levels": {"no.kind": "own"}}
    answer = api.post("accounts/roles/", body, 400)
    assert {e["field"] for e in answer["errors"]} == {"permissions.0", "levels.no.kind"}
    answer = api.post("accounts/roles/", {**body, "permissions": [], "levels": {"parties.party": "far"}}, 400)
    assert answer["errors"][0]["field"].startswith("levels")


def test_role_tables_are_written_and_shown(api):
    role = make_role(api, "field", ["parties.view_party", "sales.*"], levels={"parties.party": "own"})
    assert role["permissions"] == ["parties.view_party", "sales.*"]
    assert role["levels"] == {"parties.party": "own"}
    body = {"permissions": ["parties.view_party"], "version": role["version"]}
    changed = api.patch(f"accounts/roles/{role['id']}/", body)["data"]
    assert changed["permissions"] == ["parties.view_party"]
    assert changed["levels"] == {"parties.party": "own"}
    entry = AccessLog.objects.filter(event="role_changed").first()
    assert entry.detail["removed"] == ["sales.*"]


def test_nobody_hands_on_more_than_he_has(user_with):
    manager = user_with(*MANAGE)
    client = ApiClient(manager)
    administrator = Role.objects.get(code="administrator")
    answer = client.post(
        "accounts/users/", {"email": "a@acme.example", "name": "A", "roles": [administrator.pk]}, 403
    )
    assert answer["errors"][0]["code"] == "permission_denied"
    client.post("accounts/roles/", {"code": "p", "name": "P", "permissions": ["*"]}, 403)
    client.post("accounts/roles/", {"code": "p", "name": "P", "permissions": ["company.close_period"]}, 403)
    own = manager.roles.get()
    body = {"permissions": [*MANAGE, "parties.change_party"], "version": own.version}
    client.patch(f"accounts/roles/{own.pk}/", body, 403)
    client.post("accounts/roles/", {"code": "p", "name": "P", "permissions": ["parties.view_party"]})
    boss = User.objects.get(email="asha@acme.example")
    client.post(f"accounts/users/{boss.pk}/deactivate/", {}, 403)
    client.patch(f"accounts/users/{boss.pk}/", {"roles": [], "version": boss.version}, 403)


def test_last_administrator_stays(api, administrator):
    path = f"accounts/users/{administrator.pk}/"
    assert api.post(f"{path}deactivate/", {}, 409)["errors"][0]["code"] == "own_rights"
    answer = api.patch(path, {"roles": [], "version": administrator.version}, 409)
    assert answer["errors"][0]["code"] == "own_rights"
    api.delete(path, 409)
    role = Role.objects.get(code="administrator")
    body = {"permissions": ["accounts.*"], "version": role.version}
    assert api.patch(f"accounts/roles/{role.pk}/", body, 409)["errors"][0]["code"] == "last_administrator"
    api.delete(f"accounts/roles/{role.pk}/", 409)
    answer = api.patch(f"accounts/roles/{role.pk}/", {"active": False, "version": role.version}, 409)
    assert answer["errors"][0]["code"] == "last_administrator"


def test_second_administrator_may_remove_the_first(api, administrator):
    role = Role.objects.get(code="administrator")
    made = api.post("accounts/users/", {"email": "b@acme.example", "name": "B", "roles": [role.pk]})["data"]
    second = ApiClient(User.objects.get(pk=made["id"]))
    second.post(f"accounts/users/{administrator.pk}/deactivate/", {}, 200)
    api.get("auth/me/", 401)
    second.post(f"accounts/users/{administrator.pk}/restore/", {}, 200)


def test_deleted_user_is_gone_from_lists_and_comes_back(api, user_with):
    person = user_with("parties.view_party")
    client = ApiClient(person)
    api.delete(f"accounts/users/{person.pk}/")
    client.get("auth/me/", 401)
    api.get(f"accounts/users/{person.pk}/", 404)
    api.post(f"accounts/users/{person.pk}/restore/", {}, 200)
    assert api.get(f"accounts/users/{person.pk}/")["data"]["is_active"] is True


def test_address_that_an_administrator_enters_counts_once_it_has_confirmed_it(api, user_with):
    person = user_with("parties.view_party")
    before = person.email
    path = f"accounts/users/{person.pk}/"
    answer = api.patch(path, {"email": "New@acme.example", "version": person.version})["data"]
    assert (answer["email"], answer["pending_email"]) == (before, "new@acme.example")
    assert "new@acme.example" in MailMessage.objects.get(to=[before]).text  # the old address is told
    link = re.search(r"http://[^/]+(/\S+)", MailMessage.objects.get(to=["new@acme.example"]).text).group(1)
    assert Client(HTTP_HOST="acme.localhost").post(link).status_code == 302
    answer = api.get(path)["data"]
    assert (answer["email"], answer["pending_email"]) == ("new@acme.example", "")
    assert AccessLog.objects.filter(event="email_changed", detail__to="new@acme.example").exists()


def test_waiting_address_is_seen_and_called_off(api, user_with):
    person = user_with("parties.view_party")
    path = f"accounts/users/{person.pk}/"
    api.patch(path, {"email": "typo@acme.exmaple", "version": person.version})
    assert {row["pending_email"] for row in api.get("accounts/users/", email=person.email)["data"]} == {
        "typo@acme.exmaple"
    }
    ApiClient(user_with("accounts.view_user")).post(f"{path}cancel-email/", {}, 403)
    assert api.post(f"{path}cancel-email/", {}, 200)["data"]["pending_email"] == ""
    link = re.search(r"http://[^/]+(/\S+)", MailMessage.objects.get(to=["typo@acme.exmaple"]).text).group(1)
    assert Client(HTTP_HOST="acme.localhost").post(link).status_code == 410
    api.post(f"{path}cancel-email/", {}, 409)


def test_mistyped_address_of_an_invited_person_is_put_right_at_once(api):
    made = api.post("accounts/users/", {"email": "b@acme.exmaple", "name": "B"})["data"]
    api.post(f"accounts/users/{made['id']}/invite/", {}, 200)
    assert AccessLink.objects.filter(user_id=made["id"]).exists()
    change = {"email": "b@acme.example", "version": made["version"]}
    assert api.patch(f"accounts/users/{made['id']}/", change)["data"]["email"] == "b@acme.example"
    assert not AccessLink.objects.filter(user_id=made["id"]).exists()  # the one sent astray opens nothing


def test_administrator_s_own_address_is_asked_at_both(api, administrator):
    old = administrator.email
    change = {"email": "asha2@acme.example", "version": administrator.version}
    api.patch(f"accounts/users/{administrator.pk}/", change)
    purposes = AccessLink.objects.filter(user=administrator).values_list("purpose", flat=True)
    assert set(purposes) == {"email", "email_old"}
    assert MailMessage.objects.filter(to=[old]).count() == 1


def test_department_tree_has_no_circle_and_is_not_deleted_while_used(api):
    north = api.post("accounts/departments/", {"code": "N", "name": "North"})["data"]
    delhi = api.post("accounts/departments/", {"code": "D", "name": "Delhi", "parent": north["id"]})["data"]
    body = {"parent": delhi["id"], "version": north["version"]}
    answer = api.patch(f"accounts/departments/{north['id']}/", body, 400)
    assert answer["errors"][0]["code"] == "circle"
    api.delete(f"accounts/departments/{north['id']}/", 409)
    api.delete(f"accounts/departments/{delhi['id']}/")


@pytest.fixture
def tree():
    north = Department.objects.create(code="N", name="North")
    delhi = Department.objects.create(code="D", name="Delhi", parent=north)
    south = Department.objects.create(code="S", name="South")
    return north, delhi, south


def names(user):
    return {row["display_name"] for row in ApiClient(user).get("parties/parties/")["data"]}


def test_levels_own_team_department_all(user_with, tree):
    north, delhi, south = tree
    team = Team.objects.create(code="T", name="T")
    inner = Team.objects.create(code="I", name="I", parent=team)
    people = {level: user_with("parties.view_party", level=level, department=north)
              for level in ("own", "team", "department", "all")}  # fmt: skip
    people["team"].teams.add(team)
    mate = user_with("parties.view_party", department=south)
    mate.teams.add(inner)
    for level, person in people.items():
        Party.objects.create(legal_name=level, display_name=f"of {level}", salesperson=person)
    Party.objects.create(legal_name="m", display_name="of mate", salesperson=mate)
    Party.objects.create(legal_name="d", display_name="in Delhi", department=delhi)
    Party.objects.create(legal_name="s", display_name="in South", department=south)
    assert names(people["own"]) == {"of own"}
    assert names(people["team"]) == {"of team", "of mate"}
    assert names(people["department"]) == {"of department", "in Delhi"}
    assert names(people["all"]) >= {"of own", "of team", "of mate", "in Delhi", "in South"}


def test_of_two_roles_the_wider_level_holds_where_it_grants_something(user_with):
    from apps.accounts.models import RolePermission

    person = user_with("parties.view_party", level="own")
    other = Role.objects.create(code="w", name="W", default_level="all")
    RolePermission.objects.create(role=other, permission="sales.view_order")
    person.roles.add(other)
    Party.objects.create(legal_name="x", display_name="not mine")
    assert names(User.objects.get(pk=person.pk)) == set()
    RolePermission.objects.create(role=other, permission="parties.view_party")
    assert names(User.objects.get(pk=person.pk)) == {"not mine"}


def test_grant_opens_one_record(api, user_with):
    person = user_with("parties.view_party", "parties.change_party", level="own")
    party = Party.objects.create(legal_name="x", display_name="Opened")
    Party.objects.create(legal_name="y", display_name="Hidden")
    body = {"record": f"parties.party:{party.pk}", "user": person.pk, "permission": "parties.view_party"}
    grant = api.post("accounts/grants/", body)["data"]
    assert api.post("accounts/grants/", body)["data"] == grant
    assert api.get("accounts/grants/", record=body["record"])["data"] == [grant]
    assert names(person) == {"Opened"}
    client = ApiClient(person)
    client.get("accounts/grants/", 403)
    client.patch(f"parties/parties/{party.pk}/", {"phone": "1", "version": party.version}, 403)
    api.post("accounts/grants/", {**body, "permission": "parties.change_party"})
    client.patch(f"parties/parties/{party.pk}/", {"phone": "1", "version": party.version})
    api.delete(f"accounts/grants/{grant['id']}/")
    api.delete(f"accounts/grants/{grant['id']}/", 404)
    assert AccessLog.objects.filter(event="grant_changed").count() == 3


def test_bad_grants_are_named(api, user_with):
    person, party = user_with(), Party.objects.create(legal_name="x", display_name="x")
    body = {"record": f"parties.party:{party.pk}", "user": person.pk, "permission": "parties.view_party"}
    for change, field in (
        ({"record": "parties.party:99999"}, "record"),
        ({"record": "no.such:1"}, "record"),
        ({"record": "x"}, "record"),
        ({"record": f"accounts.user:{person.pk}"}, "record"),
        ({"permission": "parties.fly_party"}, "permission"),
        ({"user": 99999}, "user"),
    ):
        answer = api.post("accounts/grants/", {**body, **change}, 400)
        assert answer["errors"][0]["field"] == field, change


def test_company_limit_is_set_and_shown(api, user_with):
    from apps.company.models import Company, Currency

    rupee = Currency.objects.get(code="INR")
    companies = [
        Company.objects.create(code=code, trade_name=code, legal_name=code, state_code="27", currency=rupee)
        for code in ("A", "B")
    ]
    person = user_with("company.view_company")
    body = {"companies": [companies[0].pk], "version": person.version}
    changed = api.patch(f"accounts/users/{person.pk}/", body)["data"]
    assert changed["companies"] == [companies[0].pk]
    access = User.objects.get(pk=person.pk).access
    assert access.company_ids == {companies[0].pk}
    assert list(Company.objects.for_user(User.objects.get(pk=person.pk))) == [companies[0]]


def test_access_log_is_searchable_and_read_only(api, administrator):
    api.post("auth/token/", {"email": "nobody@acme.example", "password": "x"}, 401)
    rows = api.get("accounts/access-log/", search="nobody")["data"]
    assert [row["event"] for row in rows] == ["sign_in_failed"]
    assert api.get("accounts/access-log/", event="sign_in")["meta"]["pagination"]["total"] == 0
    api.post("accounts/access-log/", {}, 405)


def test_log_rows_can_not_be_changed(administrator):
    from django.db import DatabaseError, transaction

    from apps.accounts.choices import AccessEvent
    from apps.accounts.services.access_log import access_log_write

    row = access_log_write(AccessEvent.SIGN_IN, user=administrator)
    for change in (lambda: AccessLog.objects.filter(pk=row.pk).update(label="x"), row.delete):
        with pytest.raises(DatabaseError), transaction.atomic():
            change()


def test_picker_lists_permissions_and_kinds(api, user_with):
    data = api.get("accounts/permissions/")["data"]
    codes = {item["code"] for item in data["permissions"]}
    assert {"accounts.invite_user", "parties.view_party"} <= codes
    assert "parties.party" in {item["kind"] for item in data["levelled_kinds"]}
    assert {"parties.party", "sales.order", "accounting.bill"} <= set(data["grantable_kinds"])
    assert "catalog.product" not in data["grantable_kinds"]  # everybody with the permission sees them all
    ApiClient(user_with()).get("accounts/permissions/", 403)
