"""Nobody hands on more than he holds, nor takes more for himself: levels, units, takeovers, records."""

from __future__ import annotations

import pytest

from apps.accounts.models import Department, Role, RolePermission, Team, User
from apps.accounts.services.handing import unit_move_or_refuse
from apps.accounts.services.passwords import password_set_for
from apps.accounts.services.roles import role_restore
from apps.accounts.services.users import user_save
from apps.core.errors import NotAllowed
from apps.core.records import record_delete
from apps.parties.models import Party
from tests.factories.parties import make_customer

pytestmark = pytest.mark.django_db
OFFICE = (
    "accounts.view_role", "accounts.change_role", "accounts.add_role", "accounts.view_user",
    "accounts.change_user", "accounts.add_user", "accounts.grant_object", "accounts.view_department",
    "accounts.change_department", "parties.view_party", "parties.change_party",
)  # fmt: skip


@pytest.fixture
def ravi(user_with):
    """He looks after people and roles, and sees his own customers only."""
    return user_with(*OFFICE, level="own")


def role_of(user):
    return user.roles.get()


def role_seeing(level, *codes):
    role = Role.objects.create(code=f"seeing-{level}", name=f"Seeing {level}", default_level=level)
    RolePermission.objects.bulk_create([RolePermission(role=role, permission=code) for code in codes])
    return role


def unit(model, code, **values):
    return model.objects.create(code=code, name=code, **values)


def test_role_s_own_level_is_not_raised_by_its_holder(api_as, ravi):
    make_customer()
    own = api_as(ravi)
    role = role_of(ravi)
    for change in (
        {"default_level": "all"},
        {"default_level": "team"},
        {"levels": {"parties.party": "all"}},
        {"levels": {"parties.*": "department"}},
    ):
        answer = own.patch(f"accounts/roles/{role.pk}/", {**change, "version": role.version}, 403)
        assert answer["errors"][0]["field"] == "levels"
    assert Party.objects.for_user(User.objects.get(pk=ravi.pk)).count() == 0
    # what gives nobody more goes on
    own.patch(f"accounts/roles/{role.pk}/", {"description": "People", "version": role.version})


def test_wider_role_is_neither_made_nor_given_nor_switched_on(api_as, ravi, user_with):
    own = api_as(ravi)
    body = {"code": "wide", "name": "Wide", "default_level": "all", "permissions": ["parties.view_party"]}
    own.post("accounts/roles/", body, 403)
    own.post("accounts/roles/", {**body, "default_level": "own"})
    wide = role_seeing("all", "parties.view_party")
    friend = user_with("parties.view_party", level="own")
    given = {"roles": [*friend.roles.values_list("pk", flat=True), wide.pk], "version": friend.version}
    own.patch(f"accounts/users/{friend.pk}/", given, 403)
    own.patch(
        f"accounts/users/{ravi.pk}/", {"roles": [role_of(ravi).pk, wide.pk], "version": ravi.version}, 403
    )
    Role.objects.filter(pk=wide.pk).untracked_update(active=False)
    own.patch(f"accounts/roles/{wide.pk}/", {"active": True, "version": wide.version}, 403)
    # nor by way of a code that a wide role gets for the first time
    empty = role_seeing("company")
    own.patch(f"accounts/roles/{empty.pk}/", {"permissions": ["parties.view_party"], "version": 1}, 403)


def test_own_department_and_teams_are_changed_by_somebody_else(ravi, administrator):
    other, team = unit(Department, "SOUTH"), unit(Team, "T1")
    for values, teams, field in (({"department": other}, None, "department"), ({}, [team], "teams")):
        with pytest.raises(NotAllowed) as refused:
            user_save(User.objects.get(pk=ravi.pk), values=values, teams=teams, version=ravi.version, by=ravi)
        assert refused.value.field == field
    saved = user_save(
        User.objects.get(pk=ravi.pk),
        values={"department": other},
        teams=[team],
        version=ravi.version,
        by=administrator,
    )
    assert saved.department == other


def test_units_are_given_by_whoever_sees_their_records(user_with):
    north, south = unit(Department, "NORTH"), unit(Department, "SOUTH")
    below = unit(Department, "NORTH-1", parent=north)
    head = user_with(*OFFICE, level="department")
    User.objects.filter(pk=head.pk).update(department=north)
    head = User.objects.get(pk=head.pk)
    clerk = user_with("parties.view_party", level="department")

    def give(department):
        row = User.objects.get(pk=clerk.pk)
        return user_save(row, values={"department": department}, version=row.version, by=head)

    assert give(below).department == below
    with pytest.raises(NotAllowed):
        give(south)  # whose customers the head doesn't see
    User.objects.filter(pk=clerk.pk).update(department=south)
    with pytest.raises(NotAllowed):
        give(below)  # and with the clerk his customers would come to the head


def test_tree_is_not_grown_under_one_s_own_unit(api_as, user_with):
    north, south = unit(Department, "NORTH"), unit(Department, "SOUTH")
    head = user_with(*OFFICE, level="department")
    User.objects.filter(pk=head.pk).update(department=north)
    own = api_as(User.objects.get(pk=head.pk))
    answer = own.patch(
        f"accounts/departments/{south.pk}/", {"parent": north.pk, "version": south.version}, 403
    )
    assert answer["errors"][0]["field"] == "parent"


def test_who_sees_less_can_not_become_who_sees_more(ravi, user_with):
    chief = user_with("parties.view_party", level="all")
    with pytest.raises(NotAllowed):
        password_set_for(user=chief, password="kalam-Dawat-10", by=ravi)
    with pytest.raises(NotAllowed):
        user_save(chief, values={"email": "mine@evil.example"}, version=chief.version, by=ravi)
    nobody = user_with("catalog.view_unit", level="own")
    with pytest.raises(NotAllowed):  # a code that he lacks
        password_set_for(user=nobody, password="kalam-Dawat-10", by=ravi)


def test_single_record_is_opened_as_far_as_one_may_oneself(api_as, ravi, user_with):
    mine = make_customer(salesperson=ravi)
    clerk = user_with("parties.view_party", level="own")
    own = api_as(ravi)
    body = {"record": f"parties.party:{mine.pk}", "user": clerk.pk, "permission": "parties.change_party"}
    own.post("accounts/grants/", body)
    own.post("accounts/grants/", {**body, "permission": "parties.delete_party"}, 403)
    answer = own.post("accounts/grants/", {**body, "user": ravi.pk}, 403)
    assert answer["errors"][0]["field"] == "permission"


def test_who_sees_more_keeps_his_address_but_his_telephone_is_kept_by_colleagues(ravi, user_with):
    chief = user_with("parties.view_party", level="all")
    values = {"email": chief.email.upper(), "phone": "9840012345"}
    saved = user_save(User.objects.get(pk=chief.pk), values=values, version=chief.version, by=ravi)
    assert (saved.phone, saved.email) == ("9840012345", chief.email)


def test_wider_role_is_not_taken_out_of_the_bin(ravi):
    wide = role_seeing("all", "parties.view_party")
    narrow = Role.objects.create(code="narrow", name="Narrow", default_level="own")
    RolePermission.objects.create(role=narrow, permission="parties.view_party")
    for role in (wide, narrow):
        record_delete(role)
        role.refresh_from_db()
    with pytest.raises(NotAllowed):
        role_restore(wide, by=ravi)
    assert role_restore(narrow, by=ravi).deleted_at is None


def test_the_system_moves_any_unit():
    unit_move_or_refuse(unit(Department, "SOUTH"), unit(Department, "NORTH"), by=None)
