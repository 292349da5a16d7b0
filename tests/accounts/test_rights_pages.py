"""The matrix of roles, why somebody may do something, separation of duties, refused access."""

from __future__ import annotations

import pytest
from django.db import transaction
from django.urls import reverse

from apps.accounts.explain import permission_explain, record_explain
from apps.accounts.models import AccessLog, Department, Role, User
from apps.accounts.services.roles import role_copy, role_differs, role_reset, role_save
from apps.accounts.services.separation import breaches, mode_set, role_conflicts
from apps.accounts.services.users import user_save
from apps.core.errors import Refused
from apps.core.permissions import ready_roles
from apps.core.separation import separation_rules
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
MATRIX = reverse("role_matrix", "config.urls") + "?module=sales"


def tick(browser, role, *codes, version=None):
    data = {f"version_{role.pk}": version or role.version, "cell": [f"{role.pk}:{code}" for code in codes]}
    return browser.post(MATRIX, data, follow=True).content.decode()


def held(role):
    return set(Role.objects.get(pk=role.pk).permissions)


# --- roles ----------------------------------------------------------------------------------------


def test_ready_roles_of_the_product_are_installed():
    wanted = {
        "administrator", "accounts", "sales_user", "sales_manager", "purchase", "stores", "production", "hr",
        "payroll", "project_manager", "developer", "support_agent", "support_manager", "cashier", "employee",
        "auditor", "customer_portal",
    }  # fmt: skip
    assert wanted <= set(ready_roles())
    assert wanted <= set(Role.objects.filter(is_ready=True).values_list("code", flat=True))


def test_role_is_copied_changed_and_reset(administrator):
    ready = Role.objects.get(code="sales_user")
    copy = role_copy(ready, code="sales-north", name="Sales north", by=administrator)
    assert held(copy) == held(ready)
    assert copy.level_table == ready.level_table
    role_save(ready, values={}, permissions=["sales.view_order"], version=ready.version, by=administrator)
    ready = Role.objects.get(pk=ready.pk)
    assert role_differs(ready)
    role_reset(ready, by=administrator)
    assert held(ready) == set(ready_roles()["sales_user"].permissions)
    assert not role_differs(Role.objects.get(pk=ready.pk))
    with pytest.raises(Refused):
        role_reset(copy, by=administrator)


# --- matrix ---------------------------------------------------------------------------------------


def test_matrix_changes_one_module_and_the_change_is_taken_back(browser):
    role = Role.objects.get(code="stores")
    before = held(role)
    tick(browser, role, "sales.view_order")
    assert held(role) == {code for code in before if not code.startswith("sales.")} | {"sales.view_order"}
    entry = AccessLog.objects.filter(event="role_changed").first()
    assert entry.detail["role"] == "stores"
    browser.post(reverse("role_undo", "config.urls", args=[entry.pk]))
    assert held(role) == before


def test_matrix_refuses_an_outdated_page_and_undo_of_what_changed_since(browser):
    role = Role.objects.get(code="stores")
    tick(browser, role, "sales.view_order")
    first = AccessLog.objects.filter(event="role_changed").first()
    page = tick(browser, role, "sales.view_delivery")  # the old version
    assert "changed this record meanwhile" in page
    role.refresh_from_db()
    tick(browser, role, "sales.view_delivery")
    browser.post(reverse("role_undo", "config.urls", args=[first.pk]))
    assert "sales.view_delivery" in held(role)


def test_matrix_is_for_those_who_see_roles_and_is_changed_by_those_who_may():
    assert signed_in(make_user("sales.view_order")).get(MATRIX).status_code == 403
    reader = signed_in(make_user("accounts.view_role"))
    page = reader.get(MATRIX).content.decode()
    assert "Confirm orders" in page
    assert 'name="csrfmiddlewaretoken" value' in page
    assert reader.post(MATRIX, {}).status_code == 403
    giver = make_user("accounts.view_role", "accounts.change_role")
    role = Role.objects.get(code="stores")
    assert "have yourself" in tick(signed_in(giver), role, "sales.view_order")
    text = reader.get(reverse("role_matrix_file", "config.urls")).content.decode()
    assert "sales.confirm_order" in text
    (taken,) = AccessLog.objects.filter(event="export")
    assert taken.detail["kind"] == "roles"


# --- separation of duties -------------------------------------------------------------------------


def test_rule_about_a_person_warns_then_forbids(administrator, browser):
    rule = "accounting.vendor_and_payment"
    user = make_user("parties.change_party", "accounting.post_payment")
    assert rule in {b.rule.code for b in breaches() if b.user == user}
    page = browser.get(reverse("separation", "config.urls")).content.decode()
    assert user.name in page
    with pytest.raises(Refused):  # somebody breaks it: first his role, then the rule
        mode_set(rule, "forbid", by=administrator)
    User.objects.exclude(pk=administrator.pk).filter(pk__in=[b.user.pk for b in breaches()]).delete()
    mode_set(rule, "forbid", by=administrator)
    clerk = make_user("accounting.post_payment")
    keeper = Role.objects.create(code="keeper", name="Keeper")
    keeper.grants.create(permission="parties.change_party")
    roles = [*clerk.roles.all(), keeper]
    with pytest.raises(Refused, match="both sides"), transaction.atomic():
        user_save(clerk, values={}, roles=roles, version=clerk.version, by=None)
    role, codes = clerk.roles.get(), ["accounting.post_payment", "parties.add_party"]
    with pytest.raises(Refused, match="both sides"), transaction.atomic():
        role_save(role, values={}, permissions=codes, version=role.version, by=None)


def test_rule_about_a_record_forbids_the_maker_and_lets_another_do_it(administrator, api):
    shop = Shop()
    mode_set("sales.order_maker", "forbid", by=administrator)
    clerk = make_user("sales.*", "parties.view_party", "catalog.view_product", "company.view_company")
    made = ApiClient(clerk).post("sales/orders/", shop.draft())["data"]
    shop.stock()
    path = f"sales/orders/{made['id']}/confirm/"
    answer = ApiClient(clerk).post(path, expect=409)
    assert answer["errors"][0]["code"] == "separation"
    api.post(path, expect=200)


def test_rule_that_warns_is_noted_on_the_timeline(administrator, api):
    company = invoicing.company()
    mode_set("accounting.invoice_maker", "warn", by=administrator)
    invoice = invoicing.invoice(company=company, party=invoicing.customer(), by=administrator)
    invoice.history.update(history_user_id=administrator.pk)
    api.post(f"accounting/invoices/{invoice.pk}/post/", expect=200)
    entry = api.get("documents/timeline/", target=f"accounting.invoice:{invoice.pk}")["data"]
    assert any(item["data"].get("separation") == "accounting.invoice_maker" for item in entry)


def test_editor_warns_of_a_role_that_breaks_a_rule_by_itself(browser):
    role = Role.objects.create(code="both", name="Both sides")
    for code in ("accounting.post_bill", "accounting.post_payment"):
        role.grants.create(permission=code)
    assert "accounting.bill_and_payment" in {rule.code for rule in role_conflicts(role.permissions)}
    assert role_conflicts(["*"]) == []
    assert "vendor bills" in browser.get(f"{MATRIX}&role={role.pk}").content.decode()


def test_every_rule_names_known_permissions():
    from apps.core.permissions import all_permissions

    known = set(all_permissions())
    for rule in separation_rules().values():
        assert {*rule.first, *rule.second} <= known, rule.code


# --- why ------------------------------------------------------------------------------------------


def test_permission_is_explained_by_role_wildcard_and_absence():
    user = make_user("sales.*")
    found = permission_explain(user, "sales.confirm_order")
    assert found.allowed
    assert any("sales.*" in step.text for step in found.steps)
    missing = permission_explain(user, "accounting.post_invoice")
    assert not missing.allowed
    assert missing.steps[-1].passed is False
    user.is_active = False
    assert not permission_explain(user, "sales.confirm_order").allowed


def test_record_is_explained_by_level_department_and_hidden_fields():
    north = Department.objects.create(code="N", name="North")
    south = Department.objects.create(code="S", name="South")
    user = make_user("parties.view_party", levels={"parties.party": "department"}, department=north)
    mine = make_customer(department=north)
    theirs = make_customer(department=south)
    found = record_explain(user, mine)
    assert found.allowed
    assert any("department" in step.text and step.passed for step in found.steps)
    assert any("pan" in step.text for step in found.steps)
    refused = record_explain(user, theirs)
    assert not refused.allowed
    assert any(step.passed is False for step in refused.steps)


def test_why_page_shows_everything_one_permission_and_one_record(browser):
    user, party = make_user("parties.view_party"), make_customer()
    why = reverse("access_why", "config.urls")
    assert "Choose a user" in browser.get(why).content.decode()
    assert "View parties" in browser.get(f"{why}?user={user.pk}").content.decode()
    page = browser.get(f"{why}?user={user.pk}&permission=sales.confirm_order").content.decode()
    assert "refused" in page
    page = browser.get(f"{why}?user={user.pk}&record=parties.party:{party.pk}").content.decode()
    assert "allowed" in page
    assert "no such record" in browser.get(f"{why}?user={user.pk}&record=x:1").content.decode()
    assert "Unknown permission" in browser.get(f"{why}?user={user.pk}&permission=x.y").content.decode()


# --- refused --------------------------------------------------------------------------------------


def test_refused_attempts_are_listed(browser):
    page = reverse("access_refused", "config.urls")
    assert "Nobody was refused" in browser.get(page, {"q": "nobody-at-all"}).content.decode()
    user = make_user("sales.view_order")
    ApiClient(user).post("sales/orders/", {}, 403)
    shown = browser.get(page, {"q": user.email}).content.decode()
    assert "/api/v1/sales/orders/" in shown
    assert f"?user={user.pk}" in shown
    assert signed_in(user).get(page).status_code == 403
