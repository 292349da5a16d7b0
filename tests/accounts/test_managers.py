"""Who manages a department or team sees what the tree below sees, of the kinds that his role shows; nobody
is made a manager by who doesn't see as much himself."""

from __future__ import annotations

import pytest
from django.urls import reverse

from apps.accounts.explain import record_explain
from apps.accounts.models import AccessLog, Department, Role, RolePermission, Team, User
from apps.accounts.services.passwords import password_set_for
from apps.accounts.services.roles import role_restore
from apps.accounts.services.units import unit_check
from apps.accounts.services.users import user_deactivate, user_delete, user_restore, user_save
from apps.company.selectors import company_today
from apps.company.services.companies import fiscal_year_open
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.records import record_delete, record_save
from apps.datatools.rows import _access_parts
from apps.parties.models import Party
from apps.sales.models import Order
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
SELLER = ("parties.view_party", "parties.export_party", "sales.view_order")
OFFICE = (
    "accounts.view_user", "accounts.change_user", "accounts.view_role", "accounts.change_role",
    "accounts.view_department", "accounts.change_department", "accounts.add_department",
    "accounts.delete_department", "accounts.view_team", "accounts.change_team", "parties.view_party",
)  # fmt: skip
UNITS, TEAMS = "accounts/departments/", "accounts/teams/"


class House:
    """North with Delhi below it and the team of Delhi's counter; South beside; a customer of each."""

    def __init__(self, user_with) -> None:
        self.north = Department.objects.create(code="NORTH", name="North")
        self.delhi = Department.objects.create(code="DELHI", name="Delhi", parent=self.north)
        self.south = Department.objects.create(code="SOUTH", name="South")
        self.counter = Team.objects.create(code="COUNTER", name="Counter", department=self.delhi)
        self.seller = user_with(*SELLER, level="own", department=self.delhi)
        self.stranger = user_with(*SELLER, level="own", department=self.south)
        self.in_north = make_customer(display_name="Of North", department=self.north)
        self.of_seller = make_customer(display_name="Of the seller", salesperson=self.seller)
        self.in_south = make_customer(display_name="Of South", department=self.south)
        self.of_stranger = make_customer(display_name="Of the stranger", salesperson=self.stranger)


@pytest.fixture
def house(user_with):
    return House(user_with)


def manage(unit, person):
    unit.refresh_from_db()
    record_save(unit, values={"manager": person}, version=unit.version)
    return User.objects.get(pk=person.pk) if person is not None else None


def seen(person):
    return set(Party.objects.for_user(User.objects.get(pk=person.pk)).values_list("display_name", flat=True))


@pytest.mark.parametrize("level", ["own", "team", "department"])
def test_manager_sees_what_his_tree_sees_wherever_he_works(house, user_with, level):
    office = Department.objects.create(code="OFFICE", name="Office")
    make_customer(display_name="Of the office", department=office)
    head = user_with(*SELLER, level=level, department=office)
    before = seen(head)
    assert before == ({"Of the office"} if level == "department" else set())
    manage(house.north, head)
    assert seen(head) == before | {"Of North", "Of the seller"}
    manage(house.south, head)  # he may have several
    assert seen(head) >= {"Of North", "Of the seller", "Of South", "Of the stranger"}
    manage(house.north, None)
    assert seen(head) == before | {"Of South", "Of the stranger"}


def test_manager_of_one_house_sees_nothing_of_the_other_on_any_surface(house, user_with):
    head = manage(house.north, user_with(*SELLER, "datatools.export_report", level="own"))
    own = ApiClient(head)
    mine, theirs = {"Of North", "Of the seller"}, {"Of South", "Of the stranger"}
    listed = own.get("parties/parties/")["data"]
    assert {row["display_name"] for row in listed} == mine
    own.get(f"parties/parties/{house.in_south.pk}/", 404)
    own.get(f"parties/parties/{house.of_stranger.pk}/", 404)
    file = own.get("parties/parties/export/?format=csv&columns=display_name").decode("utf-8-sig")
    assert all(name in file for name in mine)
    assert not any(name in file for name in theirs)
    found = {hit["title"] for hit in own.get("search/", q="Of")["data"]["results"]}
    assert not found & theirs
    assert own.get("search/", q="Of South")["data"]["results"] == []
    assert mine <= {hit["title"] for name in mine for hit in own.get("search/", q=name)["data"]["results"]}


def test_orders_and_reports_of_the_tree_alone(api, house, user_with):
    shop = Shop()
    made = {}
    for owner in (house.seller, house.stranger):
        body = {**shop.draft(), "owner": owner.pk, "department": owner.department_id}
        made[owner.pk] = api.post("sales/orders/", body)["data"]["id"]
        api.post(f"sales/orders/{made[owner.pk]}/confirm/", expect=200)
    head = manage(house.north, user_with(*SELLER, level="own"))
    assert [row.pk for row in Order.objects.for_user(head)] == [made[house.seller.pk]]
    ApiClient(head).get(f"sales/orders/{made[house.stranger.pk]}/", 404)


def test_report_sums_what_the_tree_owes(house, user_with):
    company, day = make.company(), company_today()
    fiscal_year_open(company=company, day=day)
    for party in (house.of_seller, house.of_stranger):
        make.invoice(company=company, party=party, date=day, due_date=day, moves_stock=False, post=True)
    head = manage(house.north, user_with("accounting.view_ageing", "parties.view_party", level="own"))
    blind = manage(house.south, user_with("accounting.view_ageing", level="own"))
    told = {}
    for person in (head, blind):
        data = ApiClient(person).get("accounting/reports/receivables-ageing/", company=company.pk)["data"]
        told[person.pk] = [row["party"] for row in data["rows"]]
    assert told == {head.pk: [house.of_seller.pk, None], blind.pk: []}


def test_no_kind_and_no_action_that_his_role_does_not_give(house, user_with):
    head = manage(house.north, user_with("parties.view_party", level="own"))
    row = ApiClient(head)
    row.patch(f"parties/parties/{house.in_north.pk}/", {"display_name": "Mine", "version": 1}, 403)
    row.get("sales/orders/", 403)
    clerk = manage(house.delhi, user_with("sales.view_order", level="own"))
    assert seen(clerk) == set()


def test_team_s_manager_sees_its_people_and_a_department_s_manager_its_teams(house, user_with):
    mate = user_with(*SELLER, level="own", department=house.south)
    inner = Team.objects.create(code="INNER", name="Inner", parent=house.counter)
    mate.teams.add(inner)
    make_customer(display_name="Of the mate", salesperson=mate)
    lead = manage(house.counter, user_with(*SELLER, level="own"))
    assert seen(lead) == {"Of the mate"}
    head = manage(house.north, user_with(*SELLER, level="own"))
    assert seen(head) == {"Of the mate", "Of North", "Of the seller"}


def test_who_is_off_or_gone_manages_nothing_and_does_not_come_back_to_it(house, user_with, administrator):
    head = manage(house.north, user_with(*SELLER, level="own"))
    user_deactivate(user=head, by=administrator)
    assert seen(head) == set()
    user_restore(user=User.objects.get(pk=head.pk), by=administrator)
    assert seen(head) == {"Of North", "Of the seller"}
    user_delete(user=User.objects.get(pk=head.pk), by=administrator)
    house.north.refresh_from_db()
    assert house.north.manager is None
    assert house.north.history.count() >= 2
    assert AccessLog.objects.filter(event="unit_changed").first().detail["removed"] == [head.email]
    user_restore(user=User.objects.get(pk=head.pk), by=administrator)
    assert seen(head) == set()


def test_only_people_who_work_here_are_made_managers(house, user_with, administrator):
    gone = user_with(is_active=False)
    portal = user_with(is_portal=True, is_staff=False)
    for person in (gone, portal):
        with pytest.raises(InvalidInput) as refused:
            unit_check(house.north, {"manager": person}, by=administrator)
        assert refused.value.errors[0].field == "manager"


def test_making_a_manager_is_logged_and_exports_of_before_are_of_before(api, house, user_with):
    head = user_with(*SELLER, level="own")
    before = _access_parts(head)
    body = {"manager": head.pk, "version": house.north.version}
    assert api.patch(f"{UNITS}{house.north.pk}/", body)["data"]["manager"] == head.pk
    entry = AccessLog.objects.filter(event="unit_changed").first()
    assert entry.detail == {"unit": "accounts.department:NORTH", "added": [head.email], "removed": []}
    assert _access_parts(User.objects.get(pk=head.pk)) != before


# --- nobody hands on more than he has -----------------------------------------------------------------------


@pytest.fixture
def ravi(user_with):
    """He looks after people and units, and sees his own customers only."""
    return user_with(*OFFICE, level="own")


def refused_field(answer):
    return answer["errors"][0]["field"]


def test_nobody_makes_himself_a_manager(house, ravi):
    own = ApiClient(ravi)
    answer = own.patch(f"{UNITS}{house.north.pk}/", {"manager": ravi.pk, "version": 1}, 403)
    assert refused_field(answer) == "manager"
    answer = own.post(UNITS, {"code": "NEW", "name": "New", "manager": ravi.pk}, 403)
    assert refused_field(answer) == "manager"
    answer = own.patch(f"{TEAMS}{house.counter.pk}/", {"manager": ravi.pk, "version": 1}, 403)
    assert refused_field(answer) == "manager"
    assert seen(ravi) == set()


def test_nobody_makes_another_manager_of_what_he_does_not_see(house, ravi, user_with):
    friend = user_with("parties.view_party", level="own")
    own = ApiClient(ravi)
    for unit in (house.north, house.delhi):
        own.patch(f"{UNITS}{unit.pk}/", {"manager": friend.pk, "version": unit.version}, 403)
    own.post(UNITS, {"code": "NEW", "name": "New", "manager": friend.pk}, 403)
    manage(house.north, ravi)  # by the administrator: now it is his to hand on, as a whole or in part
    own.patch(f"{UNITS}{house.delhi.pk}/", {"manager": friend.pk, "version": house.delhi.version})
    assert seen(friend) == {"Of the seller"}
    answer = own.patch(f"{UNITS}{house.south.pk}/", {"manager": friend.pk, "version": 1}, 403)
    assert refused_field(answer) == "manager"
    wider = user_with("parties.view_party", "sales.view_order", level="own")  # orders are nothing to Ravi
    house.delhi.refresh_from_db()
    own.patch(f"{UNITS}{house.delhi.pk}/", {"manager": wider.pk, "version": house.delhi.version}, 403)


def test_units_do_not_come_under_a_manager_by_moving_them(house, ravi, user_with):
    own = ApiClient(ravi)
    manage(house.north, ravi)
    answer = own.patch(f"{UNITS}{house.south.pk}/", {"parent": house.north.pk, "version": 1}, 403)
    assert refused_field(answer) == "parent"
    far = Team.objects.create(code="FAR", name="Far", department=house.south)
    answer = own.patch(f"{TEAMS}{far.pk}/", {"department": house.delhi.pk, "version": 1}, 403)
    assert refused_field(answer) == "department"
    answer = own.patch(f"{TEAMS}{far.pk}/", {"parent": house.counter.pk, "version": 1}, 403)
    assert refused_field(answer) == "parent"
    friend = manage(house.south, user_with("parties.view_party", level="own"))
    west = Department.objects.create(code="WEST", name="West")
    own.patch(f"{UNITS}{west.pk}/", {"parent": house.south.pk, "version": 1}, 403)  # nor under a friend's
    assert seen(friend) == {"Of South", "Of the stranger"}
    house.delhi.refresh_from_db()
    own.patch(f"{UNITS}{house.delhi.pk}/", {"name": "New Delhi", "version": house.delhi.version})


def test_people_do_not_come_under_a_manager_by_moving_them(house, ravi, administrator):
    manage(house.north, ravi)
    ravi = User.objects.get(pk=ravi.pk)
    stranger = User.objects.get(pk=house.stranger.pk)
    with pytest.raises(NotAllowed):
        user_save(stranger, values={"department": house.delhi}, version=stranger.version, by=ravi)
    with pytest.raises(NotAllowed):
        user_save(stranger, values={}, teams=[house.counter], version=stranger.version, by=user_of(house))
    user_save(stranger, values={"department": house.delhi}, version=stranger.version, by=administrator)
    assert "Of the stranger" in seen(ravi)


def user_of(house):
    """Somebody who looks after people, and sees customers of his own only."""
    return make_user(*OFFICE, "sales.view_order", "parties.export_party", level="own")


def test_manager_is_not_given_another_kind_by_who_does_not_see_it_there(house, ravi, user_with):
    head = manage(house.north, user_with("catalog.view_unit", level="own"))
    more = Role.objects.create(code="more", name="More", default_level="own")
    RolePermission.objects.create(role=more, permission="parties.view_party")
    with pytest.raises(NotAllowed):  # Ravi sees his own customers; the manager would see all of North's
        user_save(head, values={}, roles=[*head.roles.all(), more], version=head.version, by=ravi)
    own, role = ApiClient(ravi), Role.objects.create(code="wide", name="Wide", default_level="own")
    head.roles.add(role)
    body = {"permissions": ["parties.view_party"], "version": role.version}
    own.patch(f"accounts/roles/{role.pk}/", body, 403)
    head.roles.remove(role)
    own.patch(f"accounts/roles/{role.pk}/", body)
    assert seen(head) == set()


def test_nobody_becomes_the_manager_by_choosing_his_password(house, ravi, user_with):
    head = user_with("parties.view_party", level="own", department=house.delhi)
    manage(house.south, head)
    User.objects.filter(pk=ravi.pk).update(department=house.north)
    manage(house.north, ravi)
    with pytest.raises(NotAllowed):
        password_set_for(user=head, password="kalam-Dawat-10", by=User.objects.get(pk=ravi.pk))
    manage(house.south, None)
    password_set_for(user=User.objects.get(pk=head.pk), password="kalam-Dawat-10",
                     by=User.objects.get(pk=ravi.pk))  # fmt: skip


def test_role_leaves_no_bin_for_a_manager_by_who_does_not_see_his_units(house, ravi, user_with):
    head = user_with("catalog.view_unit", level="own")
    role = Role.objects.create(code="binned", name="Binned", default_level="own")
    RolePermission.objects.create(role=role, permission="parties.view_party")
    record_delete(role)
    head.roles.add(role)  # he came back himself meanwhile
    manage(house.north, head)
    with pytest.raises(NotAllowed):
        role_restore(Role.objects.get(pk=role.pk), by=ravi)
    manage(house.north, None)
    role_restore(Role.objects.get(pk=role.pk), by=ravi)


def test_unit_is_not_taken_out_of_the_bin_for_oneself(house, ravi):
    empty = Department.objects.create(code="EMPTY", name="Empty")
    manage(empty, ravi)
    record_delete(empty)
    ravi = User.objects.get(pk=ravi.pk)
    assert not ravi.access.manages
    ApiClient(ravi).post(f"{UNITS}{empty.pk}/restore/", {}, 403)


# --- pages ------------------------------------------------------------------------------------------------


def test_page_why_names_the_unit_that_he_manages(house, browser, user_with):
    head = manage(house.north, user_with(*SELLER, level="own"))
    for record in (house.in_north, house.of_seller):
        found = record_explain(head, record)
        assert found.allowed
        assert any("manager of “North”" in step.text and step.passed for step in found.steps)
    found = record_explain(head, house.in_south)
    assert not found.allowed
    assert not any("manager of" in step.text for step in found.steps)
    page = browser.get(reverse("access_why"), {"user": head.pk}).content.decode()
    assert "As manager of “North”" in page


def test_form_and_list_show_and_take_the_manager(house, browser, user_with):
    head = user_with(*SELLER, level="own")
    form = {"code": "NORTH", "name": "North", "manager": head.pk, "parent": "", "active": "on", "version": 1,
            "tags": "[]"}  # fmt: skip
    answer = browser.post(f"/admin/accounts/department/{house.north.pk}/change/", form)
    assert answer.status_code == 302, answer.content.decode()[:2000]
    assert seen(head) == {"Of North", "Of the seller"}
    assert head.name in browser.get("/admin/accounts/department/").content.decode()
    assert "North" in browser.get(f"/admin/accounts/user/{head.pk}/change/").content.decode()
    assert AccessLog.objects.filter(event="unit_changed").exists()


def test_units_and_their_managers_are_imported_and_exported(api, house, user_with):
    head = manage(house.north, user_with(*SELLER, level="own"))
    file = api.get(f"{UNITS}export/?format=csv&columns=code,manager").decode("utf-8-sig")
    assert f"NORTH,{head.email}" in file.replace('"', "")


def test_access_of_a_manager_costs_no_statement_more(house, user_with, django_assert_num_queries):
    head = manage(house.north, user_with(*SELLER, level="own"))
    head = User.objects.get(pk=head.pk)
    with django_assert_num_queries(2):  # as of everybody whose role sees less than all
        assert head.access.manages
