"""A portal person reaches his firm's published records through the portal, and nothing else by any way."""

from __future__ import annotations

from typing import Any

import pytest
import yaml
from django.db import connection
from django.test import Client
from django.urls import resolve

from apps.accounting.models import Invoice
from apps.accounts import authentication, middleware
from apps.accounts.explain import record_explain
from apps.accounts.models import Role, User
from apps.core.access import Access, PartyReach
from apps.core.registry import business_models
from apps.core.surfaces import access_of_address
from apps.customer_portal.registry import sections
from apps.documents.services.comments import comment_add, mentioned_in
from apps.messaging.socket_access import visitor_of_token
from apps.sales.models import Order, Quotation
from tests.conformance.test_declared_access import addresses
from tests.conformance.test_role_matrix import DOCUMENT
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.portal import member_of, portal_person
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def portal_addresses(key: str, pk: int) -> list[tuple[str, str]]:
    base, page = f"/api/v1/portal/{key}/{pk}/", f"/portal/{key}/{pk}/"
    acts = [("post", f"{base}{act.name}/") for act in {item.key: item for item in sections()}[key].acts]
    return [
        ("get", page), ("get", f"{page}pdf/"), ("post", f"{page}act/"), ("get", base), ("get", f"{base}pdf/"),
        ("get", f"{base}comments/"), ("post", f"{base}comments/"), *acts,
    ]  # fmt: skip


def status(client: Any, method: str, address: str) -> int:
    data = {"text": "x", "name": "x"}
    if address.startswith("/api/"):
        call = getattr(client, method)
        return (
            call(address, data, format="json").status_code if method != "get" else call(address).status_code
        )
    return getattr(client, method)(
        address, {"action": "comment", **data} if method == "post" else {}
    ).status_code


def probe(user: User, found: dict[str, int]) -> list[str]:
    """The addresses that answered anything but 404 to this person."""
    api, browser = ApiClient(user).client, Client(HTTP_HOST="acme.localhost")
    browser.force_login(user)
    return [
        f"{method} {address}: {code}"
        for key, pk in found.items()
        for method, address in portal_addresses(key, pk)
        if (code := status(api if address.startswith("/api/") else browser, method, address)) != 404
    ]


def test_own_records_open_on_page_and_api(buyer, firm):
    api, browser = ApiClient(buyer), Client(HTTP_HOST="acme.localhost")
    browser.force_login(buyer)
    for key, pk in firm.ids().items():
        assert browser.get(f"/portal/{key}/").status_code == 200
        assert browser.get(f"/portal/{key}/{pk}/").status_code == 200, key
        assert browser.get(f"/portal/{key}/{pk}/pdf/")["Content-Type"] == "application/pdf"
        assert [row["id"] for row in api.get(f"portal/{key}/")["data"]] == [pk]
        one = api.get(f"portal/{key}/{pk}/")["data"]
        assert one["id"] == pk
        assert not {"margin", "notes", "unit_cost", "owner"} & set(one)
        assert api.get(f"portal/{key}/{pk}/pdf/").startswith(b"%PDF")


def test_another_party_and_drafts_are_not_found_anywhere(buyer, firm, other):
    assert probe(buyer, other.ids()) == []
    assert probe(buyer, firm.drafts()) == []
    assert probe(buyer, dict.fromkeys(firm.ids(), 99_999_999)) == []


def test_that_probe_finds_a_hole_when_the_scope_is_off(buyer, other, monkeypatch):
    """The twin: with the party filter gone the same probe reports the other firm's records."""
    from django.db.models import Q

    from apps.core import scope

    monkeypatch.setattr(scope, "_party_filter", lambda model, asked, access: Q())
    assert probe(buyer, other.ids()) != []


def test_own_only_person_sees_what_was_mailed_shared_or_came_of_it(firm, api):
    person = portal_person(firm.party, sees="own", email="own@firm.example")
    assert probe(person, firm.ids()) == []
    own, browser = ApiClient(person), Client(HTTP_HOST="acme.localhost")
    browser.force_login(person)
    for address in ("/portal/statement/", "/portal/statement/pdf/", "/portal/people/"):
        assert browser.get(address).status_code == 404
    own.get("portal/statement/", expect=404)
    own.get("portal/people/", expect=404)
    quotation = firm._quotation({"party": firm.party.pk})
    own.get(f"portal/quotations/{quotation['id']}/", expect=404)
    member = member_of(person)
    api.post(
        f"customer-portal/members/{member.pk}/share/", {"target": f"sales.quotation:{quotation['id']}"}, 200
    )
    own.get(f"portal/quotations/{quotation['id']}/")
    order = api.post(f"sales/quotations/{quotation['id']}/convert/", expect=201)["data"]
    own.get(f"portal/orders/{order['id']}/", expect=404)  # a draft still
    api.post(f"sales/orders/{order['id']}/confirm/", expect=200)
    own.get(f"portal/orders/{order['id']}/")
    assert [row["id"] for row in own.get("portal/orders/")["data"]] == [order["id"]]
    from apps.messaging.services.mail import mail_queue

    mail_queue(to=["own@firm.example"], subject="x", text="x", target=firm.invoice)
    own.get(f"portal/invoices/{firm.invoice.pk}/")


def test_document_of_another_firm_cant_be_shared(firm, other, api, buyer):
    body = {"target": f"sales.order:{other.order['id']}"}
    answer = api.post(f"customer-portal/members/{member_of(buyer).pk}/share/", body, 400)
    assert answer["errors"][0]["field"] == "target"


# --- the door -------------------------------------------------------------------------------------


def operations() -> list[tuple[str, str]]:
    paths = yaml.load(DOCUMENT.read_text(), yaml.CSafeLoader)["paths"]
    return [
        (m, p)
        for p, item in sorted(paths.items())
        for m in item
        if m in ("get", "post", "put", "patch", "delete")
    ]


def closed(found: list[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = []
    for method, path in found:
        match = resolve(path.replace("{id}", "1"), "config.urls")
        declared = access_of_address(match.url_name, match.func, method)
        if not declared.portal:
            kept.append((method, path.replace("{id}", "1")))
    return kept


def open_to(client: Any, found: list[tuple[str, str]]) -> list[str]:
    wrong = []
    for method, path in found:
        code = getattr(client, method)(path).status_code
        if code not in (403, 404):
            wrong.append(f"{method} {path}: {code}")
    return wrong


def test_every_ordinary_api_address_is_closed_to_token_and_session(buyer):
    found = closed(operations())
    assert len(found) > 400
    assert open_to(ApiClient(buyer).client, found) == []
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(buyer)
    assert open_to(session, found[::5]) == []


def test_even_a_portal_person_with_all_rights_stays_outside(buyer):
    buyer.roles.add(Role.objects.get(code="administrator"))
    found = closed(operations())[::7]
    assert open_to(ApiClient(buyer).client, found) == []
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(buyer)
    assert session.get("/admin/").status_code == 404


def test_that_probe_finds_holes_when_the_door_is_off(buyer, monkeypatch):
    """The twin: without the door the ordinary addresses answer."""
    monkeypatch.setattr(authentication, "door_or_refuse", lambda user, request: None)
    monkeypatch.setattr(middleware, "door_open", lambda user, match, method: True)
    assert open_to(ApiClient(buyer).client, [("get", "/api/v1/messaging/notifications/")]) != []
    assert open_to(ApiClient(buyer).client, [("get", "/api/v1/sales/orders/")]) != []


def test_every_page_of_the_back_office_and_shell_is_closed(buyer):
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(buyer)
    wrong = []
    for path, item in addresses():
        declared = access_of_address(item.name, item.callback, "get")
        if path.startswith("api/") or "(?P" in path or declared is None or declared.portal:
            continue
        address = "/" + path.replace("<int:pk>", "1").replace("<path:object_id>", "1")
        if "<" in address or address == "/":
            continue
        code = session.get(address).status_code
        if code not in (403, 404):
            wrong.append(f"{address}: {code}")
    assert not wrong
    home = session.get("/")
    assert (home.status_code, home["Location"]) == (302, "/portal/")


def test_sockets_files_keys_and_mentions_are_closed_too(buyer, firm):
    token = str(authentication.BoundRefreshToken.for_user(buyer).access_token)
    assert visitor_of_token(token) is None
    assert mentioned_in("@bina@firm.example please look") == []
    assert buyer not in User.objects.for_user(make_user("accounts.view_user"))
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(buyer)
    assert session.get("/media/1/x.png").status_code == 404


# --- the scope ------------------------------------------------------------------------------------


def test_scope_gives_nothing_of_kinds_without_a_party(buyer, firm, other):
    """Whatever codes a role holds: of every other business model a portal person's queryset is empty."""
    buyer.roles.add(Role.objects.get(code="administrator"))
    user = User.objects.get(pk=buyer.pk)
    shown = {}
    for model in business_models():
        manager = model._default_manager
        if hasattr(manager, "for_user"):
            parties = {getattr(row, "party_id", "none") for row in manager.for_user(user)}
            shown |= {model._meta.label: parties} if parties else {}
    assert set(shown) >= {"sales.Quotation", "sales.Order", "accounting.Invoice", "accounting.OpenItem"}
    assert {label for label, parties in shown.items() if parties != {firm.party.pk}} == set()


def test_without_a_firm_or_as_an_employee_the_role_shows_nothing(firm):
    employee = make_user()
    employee.roles.set([Role.objects.get(code="customer_portal")])
    assert not Quotation.objects.for_user(User.objects.get(pk=employee.pk)).exists()
    nobody = Access(user_id=1, permissions=frozenset({"*"}), reach=PartyReach())
    user = type("Nobody", (), {"is_active": True, "access": nobody})()
    assert not Order.objects.for_user(user).exists()
    assert not Invoice.objects.for_user(user).exists()


def test_employees_have_no_portal(firm, administrator):
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(administrator)
    assert session.get("/portal/")["Location"] == "/"
    ApiClient(administrator).get("portal/", expect=403)
    ApiClient(administrator).get("portal/invoices/", expect=403)


def test_another_organisation_knows_neither_person_nor_token(buyer, firm):
    stranger = ApiClient(buyer, host="zenith.localhost").client
    assert stranger.get("/api/v1/portal/").status_code == 401
    assert stranger.get(f"/api/v1/portal/invoices/{firm.invoice.pk}/").status_code == 401
    connection.set_tenant(connection.tenant)


def test_staff_and_portal_exclude_each_other_in_the_database(buyer):
    from django.db import IntegrityError, transaction

    buyer.is_staff = True
    with pytest.raises(IntegrityError), transaction.atomic():
        buyer.save()


def test_internal_comments_never_leave_the_house(buyer, firm, administrator):
    record = Quotation.objects.get(pk=firm.quotation["id"])
    comment_add(record, text="they always pay late", by=administrator)
    comment_add(record, text="we deliver on Monday", by=administrator, public=True)
    page = ApiClient(buyer).client.get(f"/api/v1/portal/quotations/{record.pk}/comments/").content.decode()
    session = Client(HTTP_HOST="acme.localhost")
    session.force_login(buyer)
    for text in (page, session.get(f"/portal/quotations/{record.pk}/").content.decode()):
        assert "we deliver on Monday" in text
        assert "they always pay late" not in text


def test_vendor_sees_bills_and_payments_and_no_section_of_customers(firm):
    vendor = invoicing.vendor()
    bill = invoicing.bill(company=firm.shop.company, party=vendor, post=True)
    payment = invoicing.payment(company=firm.shop.company, party=vendor, amount="10", post=True)
    person = portal_person(vendor)
    api = ApiClient(person)
    home = api.get("portal/")["data"]
    assert [item["key"] for item in home["sections"]] == ["bills", "payments"]
    assert [row["id"] for row in api.get("portal/bills/")["data"]] == [bill.pk]
    assert [row["id"] for row in api.get("portal/payments/")["data"]] == [payment.pk]
    api.get("portal/invoices/", expect=404)
    assert probe(person, firm.ids()) == []


def test_every_section_has_a_scope_by_party():
    assert all(section.model.scope.party and section.model.scope.published for section in sections())


def test_page_why_explains_what_the_role_shows_an_employee(firm, buyer):
    """Without a firm of his own the role shows him nothing, and the page says so; a portal person it does."""
    employee = make_user()
    employee.roles.set([Role.objects.get(code="customer_portal")])
    order = Order.objects.get(pk=firm.order["id"])
    found = record_explain(User.objects.get(pk=employee.pk), order)
    assert "own customer or vendor" in " ".join(str(step.text) for step in found.steps)
    assert not found.allowed
    assert record_explain(User.objects.get(pk=buyer.pk), order).allowed
