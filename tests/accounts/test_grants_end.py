"""Shared records: what was shared on ends with it, whoever works elsewhere is refused, and the log tells."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.models import AccessLog, Department, RolePermission, Team, User
from apps.accounts.services.grants import grant_add, grantable_models, grants_of, people_for
from apps.accounts.services.handing import managers_or_refuse, scope_now
from apps.accounts.services.users import user_delete
from apps.company.models import CompanyAccess
from apps.core.errors import InvalidInput
from apps.core.records import record_delete
from apps.parties.models import PartyUserGrant
from apps.sales.models import Order
from tests.factories.company import make_company
from tests.factories.parties import make_customer

pytestmark = pytest.mark.django_db
RIGHTS = ("parties.view_party", "parties.change_party", "accounts.grant_object")


@pytest.fixture
def people(user_with):
    return [user_with(*RIGHTS, level="own") for _ in range(4)]


def fresh(user):
    return User.objects.get(pk=user.pk)


def share(party, user, by, action="view"):
    return grant_add(
        record=f"parties.party:{party.pk}",
        user=user,
        permission=f"parties.{action}_party",
        by=by and fresh(by),
    )


def held(party):
    rows = PartyUserGrant.objects.filter(content_object=party)
    return sorted(rows.values_list("user_id", "permission__codename"))


def ended_in_log():
    rows = AccessLog.objects.filter(event="grant_changed", detail__given=False)
    return sorted(rows.values_list("detail__user", flat=True))


def test_what_was_shared_on_ends_with_the_grant_that_it_came_from(api, administrator, people):
    asha, bela, chand, dev = people
    party = make_customer()
    given = share(party, asha, administrator)
    share(party, bela, asha)
    share(party, chand, bela)
    share(party, dev, administrator)
    answer = api.delete(f"accounts/grants/{given.id}/")
    assert answer["data"]["ended"] == 2
    assert "2" in answer["message"]
    assert held(party) == [(dev.pk, "view_party")]
    assert ended_in_log() == sorted([asha.email, bela.email, chand.email])


def test_what_he_may_still_do_by_himself_stays_shared(api, administrator, people):
    asha, bela, *_ = people
    party = make_customer(salesperson=asha)
    given = share(party, asha, administrator)
    share(party, bela, asha)
    assert api.delete(f"accounts/grants/{given.id}/")["data"]["ended"] == 0
    assert held(party) == [(bela.pk, "view_party")]


def test_only_as_much_ends_as_he_may_no_longer_do(api, administrator, people):
    asha, bela, *_ = people
    party = make_customer()
    share(party, asha, administrator)
    change = share(party, asha, administrator, "change")
    share(party, bela, asha)
    share(party, bela, asha, "change")
    assert api.delete(f"accounts/grants/{change.id}/")["data"]["ended"] == 1
    assert held(party) == sorted([(asha.pk, "view_party"), (bela.pk, "view_party")])


def test_two_people_do_not_keep_a_record_open_for_each_other(api, administrator, people):
    asha, bela, *_ = people
    party = make_customer()
    change = share(party, asha, administrator, "change")
    share(party, bela, asha)
    share(party, asha, bela)  # back again, to see it
    assert api.delete(f"accounts/grants/{change.id}/")["data"]["ended"] == 2
    assert held(party) == []


def test_person_who_is_removed_leaves_shared_what_was_his_own_customer_only(administrator, people):
    asha, bela, *_ = people
    own, shown = make_customer(salesperson=asha), make_customer()
    share(own, bela, asha)
    share(shown, asha, administrator)
    share(shown, bela, asha)
    user_delete(user=fresh(asha), by=administrator)
    assert (held(own), held(shown)) == ([(bela.pk, "view_party")], [])


def test_bin_writes_into_the_log_whose_access_ended(administrator, people):
    asha, bela, *_ = people
    party = make_customer()
    share(party, asha, administrator)
    share(party, bela, administrator, "change")
    record_delete(party)
    assert ended_in_log() == sorted([asha.email, bela.email])
    row = AccessLog.objects.filter(event="grant_changed", detail__user=bela.email, detail__given=False).get()
    assert (row.detail["record"], row.detail["permission"]) == (
        f"parties.party:{party.pk}", "parties.change_party",
    )  # fmt: skip


def test_who_works_in_another_company_only_is_refused_by_name_and_not_offered(api, shop, user_with):
    order = api.post("sales/orders/", shop.draft())["data"]
    clerk = user_with("sales.view_order", level="own")
    limit = CompanyAccess.objects.create(user=clerk, company=make_company())
    body = {"record": f"sales.order:{order['id']}", "user": clerk.pk, "permission": "sales.view_order"}
    answer = api.post("accounts/grants/", body, 400)
    assert [error["field"] for error in answer["errors"]] == ["user"]
    record = Order.objects.get(pk=order["id"])
    assert clerk not in people_for(record, by=api.user)
    limit.company = shop.company
    limit.save()
    assert clerk in people_for(record, by=api.user)
    api.post("accounts/grants/", body)


def test_party_that_belongs_to_no_company_is_shared_with_anybody_who_works_here(administrator, user_with):
    clerk = user_with("parties.view_party", level="own")
    CompanyAccess.objects.create(user=clerk, company=make_company())
    assert share(make_customer(), clerk, administrator)


def test_all_tables_of_grants_are_asked_in_one_statement(api, administrator, shop, people):
    asha, *_ = people
    order = api.post("sales/orders/", shop.draft())["data"]
    RolePermission.objects.create(role=asha.roles.get(), permission="sales.view_order")
    parties = [make_customer() for _ in range(3)]
    for party in parties:
        share(party, asha, administrator)
    grant_add(record=f"sales.order:{order['id']}", user=asha, permission="sales.view_order", by=administrator)
    grants_of(by=administrator, user_id=asha.pk)  # kinds are known from here on
    with CaptureQueriesContext(
        connection,
    ) as seen:
        found = grants_of(by=administrator, user_id=asha.pk)
    assert len(grantable_models()) > 10
    assert sum("usergrant" in query["sql"] for query in seen.captured_queries) == 1
    assert len(seen) <= 4, "grants, two kinds of record, people"
    assert sorted(grant.record for grant in found) == sorted(
        [*(f"parties.party:{party.pk}" for party in parties), f"sales.order:{order['id']}"]
    )
    assert {(grant.user.pk, grant.given_by.pk) for grant in found} == {(asha.pk, administrator.pk)}
    for grant in found:  # the number that the list gives is the one that takes it back
        api.delete(f"accounts/grants/{grant.id}/")
    assert grants_of(by=administrator, user_id=asha.pk) == []


def test_nobody_shares_by_the_system_s_right(people):
    with pytest.raises(InvalidInput):
        share(make_customer(), people[0], None)


def test_role_that_many_managers_have_is_checked_in_as_many_statements_as_that_of_one(user_with):
    """Each manager was asked by himself."""
    office = user_with("parties.view_party", level="all")
    person = user_with("parties.view_party", level="own")
    role = person.roles.get()

    def statements():
        with CaptureQueriesContext(connection) as seen:
            managers_or_refuse(role, scope_now(role, role.permissions), by=fresh(office))
        return len(seen)

    def manager(number):
        other = user_with(level="own")
        other.roles.set([role])
        Department.objects.create(code=f"D{number}", name=f"D{number}", manager=other)

    manager(1)
    one = statements()
    for number in range(2, 6):
        manager(number)
    assert statements() == one


@pytest.mark.parametrize("model", [Department, Team])
def test_unit_is_moved_into_others_sight_only_by_who_sees_its_records_himself(api_as, user_with, model):
    north, south = (model.objects.create(code=code, name=code) for code in ("NORTH", "SOUTH"))
    path = f"accounts/{'departments' if model is Department else 'teams'}"
    rights = ("accounts.view_department", "accounts.change_department", "accounts.view_team",
              "accounts.change_team", "parties.view_party")  # fmt: skip
    office, chief = user_with(*rights, level="own"), user_with(*rights, level="all")
    clerk = user_with("parties.view_party", level="department" if model is Department else "team")

    def move(who, parent, expect=200):
        unit = model.objects.get(pk=south.pk)
        body = {"parent": parent and parent.pk, "version": unit.version}
        return api_as(fresh(who)).patch(f"{path}/{south.pk}/", body, expect)

    move(office, north)  # nobody works there yet
    move(office, None)
    if model is Department:
        User.objects.filter(pk=clerk.pk).update(department=north)
    else:
        clerk.teams.add(north)
    assert move(office, north, 403)["errors"][0]["field"] == "parent"
    move(chief, north)
    assert move(office, None, 403)["errors"][0]["field"] == "parent", "nor out of it"
    api_as(fresh(office)).patch(
        f"{path}/{south.pk}/",
        {"name": "South", "parent": north.pk, "version": model.objects.get(pk=south.pk).version},
    )  # what stays where it is may be renamed
    move(chief, None)
