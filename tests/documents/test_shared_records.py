"""One record of a colleague is shared with a clerk who sees only his own: to see it, or to change it."""

from __future__ import annotations

from typing import Any

import pytest
from django.urls import reverse

from apps.accounting.models import Invoice
from apps.accounts.explain import record_explain
from apps.accounts.models import AccessLog, Department, User
from apps.accounts.services.grants import grant_add
from apps.accounts.services.passwords import password_set_for
from apps.accounts.services.users import user_delete, user_restore
from apps.company.selectors import company_today
from apps.core.errors import NotAllowed
from apps.core.records import record_delete, record_restore
from apps.datatools.models import ExportFile
from apps.datatools.rows import rights_of
from apps.messaging.models import Notification
from apps.messaging.subscribers import tell_of_shared_record
from apps.parties.models import Party
from apps.sales.models import Order, OrderUserGrant
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient, signed_in

pytestmark = pytest.mark.django_db
CLERK = (
    "sales.*", "parties.view_party", "catalog.view_product", "company.view_company",
    "documents.print_document",
)  # fmt: skip
ORDERS, GRANTS = "sales/orders/", "accounts/grants/"


@pytest.fixture
def order(api: Any, shop: Any) -> dict[str, Any]:
    """A draft order of the administrator's."""
    return api.post(ORDERS, shop.draft())["data"]


@pytest.fixture
def clerk(user_with: Any) -> User:
    return user_with(*CLERK, level="own")


def share(api: Any, order: dict[str, Any], user: User, action: str = "view", expect: int = 201) -> Any:
    body = {"record": f"sales.order:{order['id']}", "user": user.pk, "permission": f"sales.{action}_order"}
    return api.post(GRANTS, body, expect)


def test_shared_order_is_in_the_list_with_page_pdf_timeline_and_lines(api, api_as, shop, order, clerk):
    other = api.post(ORDERS, shop.draft())["data"]
    his, path = api_as(clerk), f"{ORDERS}{order['id']}/"
    assert his.get(ORDERS)["data"] == []
    his.get(path, 404)
    share(api, order, clerk)
    assert [row["id"] for row in his.get(ORDERS)["data"]] == [order["id"]]
    assert len(his.get(path)["data"]["lines"]) == 2
    his.get(f"{ORDERS}{other['id']}/", 404)
    target = f"sales.order:{order['id']}"
    for part in ("timeline", "links", "comments", "attachments"):
        his.get(f"documents/{part}/", target=target)
    assert signed_in(clerk).get(f"/api/v1/{path}pdf/").status_code == 200
    page = signed_in(clerk).get(reverse("admin:sales_order_changelist", "config.urls")).content.decode()
    assert f"/{order['id']}/change/" in page
    assert f"/{other['id']}/change/" not in page


def test_who_was_shown_an_order_reads_it_and_who_was_let_changes_it(api, api_as, shop, order, clerk):
    his, path = api_as(clerk), f"{ORDERS}{order['id']}/"
    share(api, order, clerk)
    shop.stock()
    shop.stock(shop.table)
    changed = {"po_reference": "PO 9", "version": order["version"]}
    his.patch(path, changed, 403)
    his.delete(path, 403)
    assert his.post(f"{path}confirm/", expect=403)["errors"][0]["detail"].startswith("You may see")
    his.post("documents/comments/", {"target": f"sales.order:{order['id']}", "text": "Seen."})
    share(api, order, clerk, "change")
    his.patch(path, changed)
    his.delete(path, 403)
    assert his.post(f"{path}confirm/", expect=200)["data"]["status"] == "confirmed"


def test_whom_an_order_was_only_shown_neither_bills_nor_delivers_it(api, api_as, shop, order, user_with):
    """Not by the verbs of the order, and not by a document that names it either."""
    clerk = user_with(*CLERK, "accounting.*", "inventory.*", level="own")
    Party.objects.filter(pk=shop.customer.pk).untracked_update(salesperson=clerk)
    shop.stock()
    shop.stock(shop.table)
    api.post(f"{ORDERS}{order['id']}/confirm/", expect=200)
    share(api, order, clerk)
    his, body = api_as(clerk), {"order": order["id"], "date": company_today().isoformat()}
    for path in ("sales/deliveries/", "accounting/invoices/"):
        assert his.post(path, body, 403)["errors"][0]["code"] == "permission_denied"
    assert not Invoice.objects.exists()
    share(api, order, clerk, "change")
    for path in ("sales/deliveries/", "accounting/invoices/"):
        his.post(path, body)


def test_page_of_a_shown_order_offers_no_step(api, order, clerk):
    share(api, order, clerk)
    url = reverse("admin:sales_order_change", "config.urls", args=[order["id"]])
    page = signed_in(clerk).get(url)
    config = page.context["document_config"]
    assert (config["editable"], config["verbs"]) == (False, [])
    assert "delete" not in {tool["name"] for tool in config["tools"]}
    share(api, order, clerk, "change")
    config = signed_in(clerk).get(url).context["document_config"]
    assert config["editable"]
    assert "confirm" in {verb["name"] for verb in config["verbs"]}


def test_file_is_not_put_on_an_order_that_was_only_shown(api, order, clerk):
    from apps.documents.services.attachments import may_attach

    record = Order.objects.get(pk=order["id"])
    share(api, order, clerk)
    assert not may_attach(record, clerk)
    share(api, order, clerk, "change")
    assert may_attach(record, clerk)


def test_panel_is_on_documents_and_parties_for_who_may_share(browser, order, clerk):
    party = make_customer()
    for name, pk, kind in (
        ("sales_order", order["id"], "sales.order"),
        ("parties_party", party.pk, "parties.party"),
    ):
        url = reverse(f"admin:{name}_change", "config.urls", args=[pk])
        assert f'data-bahi-shared="{kind}:{pk}"' in browser.get(url).content.decode()
    OrderUserGrant.objects.all().delete()
    own = make_user(*CLERK, level="all")
    page = signed_in(own).get(reverse("admin:sales_order_change", "config.urls", args=[order["id"]]))
    assert "data-bahi-shared" not in page.content.decode()


def test_people_to_share_with_are_those_whose_roles_show_orders(api, administrator, order, clerk):
    clerk_of_stores = make_user("inventory.view_stockrow", level="own")
    gone = make_user(*CLERK, level="own")
    user_delete(user=gone, by=None)
    found = {
        row["id"]
        for row in api.get(f"{GRANTS}people/", record=f"sales.order:{order['id']}", per_page=200)["data"]
    }
    assert clerk.pk in found
    assert not found & {clerk_of_stores.pk, gone.pk, administrator.pk}
    (one,) = api.get(f"{GRANTS}people/", record=f"sales.order:{order['id']}", search=clerk.email)["data"]
    assert one["email"] == clerk.email
    api.get(f"{GRANTS}people/", 400, record="sales.order:0")
    api.get(f"{GRANTS}people/", 400, record=f"sales.order:{order['id']}", colour="red")
    assert share(api, order, gone, expect=400)["errors"][0]["field"] == "user"


def test_grant_says_who_gave_it_and_the_clerk_is_told(api, administrator, order, clerk):
    given = share(api, order, clerk)["data"]
    assert (given["given_by"], given["user_label"], given["action"]) == (administrator.pk, str(clerk), "view")
    assert given["given_at"].endswith("Z")
    payload = {
        "kind": "sales.order",
        "record_id": order["id"],
        "user_id": clerk.pk,
        "by_id": administrator.pk,
    }
    tell_of_shared_record(payload)
    assert Notification.objects.get(user_id=clerk.pk).event == "record.shared"
    log = AccessLog.objects.filter(event="grant_changed").latest("pk")
    assert log.detail == {
        "user": clerk.email, "record": f"sales.order:{order['id']}",
        "permission": "sales.view_order", "given": True,
    }  # fmt: skip
    api.delete(f"{GRANTS}{given['id']}/")
    assert not AccessLog.objects.filter(event="grant_changed").latest("pk").detail["given"]
    assert Order.objects.for_user(clerk).count() == 0


def test_nobody_shares_more_than_he_holds_or_what_he_does_not_see(api, api_as, shop, order, clerk):
    keeper = make_user(*CLERK, "accounts.grant_object", level="own")
    his = api_as(keeper)
    share(his, order, clerk, expect=400)  # hidden from him
    share(api, order, keeper)
    share(his, order, clerk)
    assert share(his, order, clerk, "change", 403)["errors"][0]["field"] == "permission"
    share(his, order, keeper, "change", 403)  # nor to himself
    share(api, order, keeper, "change")
    share(his, order, clerk, "change")
    api_as(clerk).get(GRANTS, 403)


def test_who_may_only_see_an_order_takes_nobody_s_change_of_it_away(api, api_as, order, clerk):
    keeper = make_user(*CLERK, "accounts.grant_object", level="own")
    his = api_as(keeper)
    share(api, order, keeper)
    change = share(api, order, clerk, "change")["data"]
    his.delete(f"{GRANTS}{change['id']}/", 403)
    assert OrderUserGrant.objects.filter(user=clerk).count() == 1
    own = share(his, order, clerk)["data"]
    his.delete(f"{GRANTS}{own['id']}/")
    his.delete(f"{GRANTS}{own['id']}/", 404)
    api.delete(f"{GRANTS}{change['id']}/")
    assert not OrderUserGrant.objects.filter(user=clerk).exists()


def test_sharing_ends_with_the_draft_with_the_bin_and_with_the_person(api, order, clerk):
    share(api, order, clerk)
    api.delete(f"{ORDERS}{order['id']}/")
    assert not OrderUserGrant.objects.filter(user=clerk).exists()

    party = make_customer()
    body = {"record": f"parties.party:{party.pk}", "user": clerk.pk, "permission": "parties.view_party"}
    api.post(GRANTS, body)
    record_delete(party)
    record_restore(party)
    assert not party.user_grants.exists()

    api.post(GRANTS, body)
    user_delete(user=clerk, by=None)
    assert not party.user_grants.exists()
    assert not AccessLog.objects.filter(event="grant_changed").latest("pk").detail["given"]
    user_restore(user=User.objects.get(pk=clerk.pk), by=None)
    assert api.get(GRANTS, user=clerk.pk)["data"] == []


def test_why_names_what_was_shared_by_whom(api, browser, administrator, order, clerk):
    record = Order.objects.get(pk=order["id"])
    assert not record_explain(clerk, record).allowed
    share(api, order, clerk)
    found = record_explain(clerk, record)
    assert found.allowed
    assert any(f"by {administrator}" in step.text and step.passed for step in found.steps)
    change = record_explain(clerk, record, "change")
    assert not change.allowed
    assert change.steps[-1].passed is False
    assert "shared with the user to see it" in change.steps[-1].text
    url = reverse("access_why", "config.urls")
    page = browser.get(url, {"user": clerk.pk}).content.decode()
    assert "Single records shared with this user" in page
    assert f"/{order['id']}/change/" in page


def test_party_that_was_only_shown_is_read_only_in_the_back_office(api, user_with):
    clerk = user_with("parties.view_party", "parties.change_party", "parties.delete_party", level="own")
    party = make_customer()
    body = {"record": f"parties.party:{party.pk}", "user": clerk.pk, "permission": "parties.view_party"}
    api.post(GRANTS, body)
    his = signed_in(clerk)
    url = reverse("admin:parties_party_change", "config.urls", args=[party.pk])
    assert his.get(url).status_code == 200
    assert his.post(url, {"display_name": "Mine"}).status_code == 403
    assert his.post(url.replace("/change/", "/off/")).status_code == 404
    his.post(
        reverse("admin:parties_party_changelist", "config.urls"),
        {"action": "delete_selected", "_selected_action": [party.pk], "post": "yes"},
    )
    party.refresh_from_db()
    assert party.active
    assert party.deleted_at is None


def test_level_that_shows_it_anyway_needs_no_grant_of_the_action(api, shop, order):
    manager = make_user(*CLERK, level="all")
    share(api, order, manager)
    ApiClient(manager).patch(f"{ORDERS}{order['id']}/", {"po_reference": "PO 1", "version": order["version"]})


# --- what a share must not lead to ------------------------------------------------------------------


def test_nobody_reads_what_was_shared_with_another_by_choosing_his_password(administrator, user_with):
    north, south = (Department.objects.create(code=code, name=code.title()) for code in ("NORTH", "SOUTH"))
    rights = ("parties.view_party", "parties.change_party", "accounts.change_user")
    head = user_with(*rights, level="department", department=north)
    clerk = user_with("parties.view_party", "parties.change_party", level="own", department=north)
    party = make_customer(department=south)

    def choose() -> None:
        password_set_for(user=clerk, password="kalam-Dawat-10", by=User.objects.get(pk=head.pk))

    def shared(user: User, action: str) -> None:
        words = {"record": f"parties.party:{party.pk}", "permission": f"parties.{action}_party"}
        grant_add(user=user, by=administrator, **words)

    choose()
    shared(clerk, "view")
    with pytest.raises(NotAllowed):
        choose()
    shared(head, "view")
    choose()
    shared(clerk, "change")  # more than the head may do with it
    with pytest.raises(NotAllowed):
        choose()
    shared(head, "change")
    choose()


def test_whom_a_party_was_only_shown_lets_nobody_into_its_portal(api, api_as, user_with):
    clerk = user_with(
        "parties.view_party", "parties.change_party", "customer_portal.view_portalmember",
        "customer_portal.invite_member", "customer_portal.add_portalfirm", "customer_portal.view_portalfirm",
        level="own",
    )  # fmt: skip
    party, his = make_customer(), api_as(clerk)
    target = {"record": f"parties.party:{party.pk}", "user": clerk.pk}
    api.post(GRANTS, {**target, "permission": "parties.view_party"})
    body = {"party": party.pk, "email": "friend@elsewhere.example", "name": "Friend", "sees": "firm"}
    his.post("customer-portal/invitations/", body, 403)
    his.post("customer-portal/firms/", {"party": party.pk, "closed": True}, 403)
    signed_in(clerk).post(reverse("portal_invite", args=[party.pk]), {**body, "what": "invite"})
    assert not party.portal_members.exists()
    api.post(GRANTS, {**target, "permission": "parties.change_party"})
    his.post("customer-portal/invitations/", body)
    assert party.portal_members.count() == 1


def test_file_made_of_a_shared_order_is_not_given_out_when_the_sharing_ended(api, order, clerk):
    row = ExportFile(source="list", key="sales.order", owner=clerk)
    clerk.roles.get().grants.create(permission="sales.export_order")
    before = rights_of(row, User.objects.get(pk=clerk.pk))
    given = share(api, order, clerk)["data"]
    during = rights_of(row, User.objects.get(pk=clerk.pk))
    api.delete(f"{GRANTS}{given['id']}/")
    assert rights_of(row, User.objects.get(pk=clerk.pk)) == before != during


def test_whoever_only_reads_writes_nothing_to_the_customer(api_as, order, administrator, monkeypatch):
    monkeypatch.setattr("apps.documents.api.may_publish", lambda model: True)
    monkeypatch.setattr("apps.documents.admin_base.may_publish", lambda model: True)
    body = {"target": f"sales.order:{order['id']}", "text": "Cheaper!", "public": True}
    page = f"/admin/sales/order/{order['id']}/change/"
    auditor = make_user("sales.view_order", "sales.view_quotation")
    api_as(auditor).post("documents/comments/", body, 403)
    api_as(auditor).post("documents/comments/", {**body, "public": False})
    assert "data-public" not in signed_in(auditor).get(page).content.decode()
    writer = make_user("sales.view_order", "sales.change_order")
    said = api_as(writer).post("documents/comments/", body)["data"]
    assert "data-public" in signed_in(writer).get(page).content.decode()
    writer.roles.get().grants.filter(permission="sales.change_order").delete()
    api_as(User.objects.get(pk=writer.pk)).patch(
        f"documents/comments/{said['id']}/", {"text": "Dearer!"}, 403
    )


def test_whom_an_order_was_only_shown_writes_nothing_to_its_customer(api, api_as, order, clerk, monkeypatch):
    monkeypatch.setattr("apps.documents.api.may_publish", lambda model: True)
    his, body = api_as(clerk), {"target": f"sales.order:{order['id']}", "text": "Cheaper!", "public": True}
    share(api, order, clerk)
    his.post("documents/comments/", body, 403)
    his.post("documents/comments/", {**body, "public": False})
    share(api, order, clerk, "change")
    his.post("documents/comments/", body)
