"""Bad input by bad input: a clear answer that names the field, and not a row changed anywhere."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import pytest
from asgiref.testing import ApplicationCommunicator
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounting.models import Invoice
from apps.company.models import Currency, Period
from apps.company.selectors import company_today
from apps.company.services.periods import period_close
from apps.core.registry import business_models
from apps.core.uow import run_in_unit_of_work
from apps.parties.models import Party
from apps.sales.models import Order
from config.asgi import application
from tests.factories.sales import Shop, in_days
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
MISSING = 999_999_999


def everything() -> dict[str, str]:
    """A digest of every business table: equal means that nothing was saved, half or whole."""
    found = {}
    with connection.cursor() as cursor:
        for model in business_models():
            table = model._meta.db_table
            cursor.execute(f"SELECT md5(string_agg(t::text, '|' ORDER BY t::text)) FROM \"{table}\" t")
            found[table] = cursor.fetchone()[0]
    return found


@dataclass
class Desk:
    """The API of a small shop with an order confirmed and an invoice posted."""

    api: ApiClient
    shop: Shop
    order: dict[str, Any]
    invoice: dict[str, Any]

    @property
    def bill(self) -> dict[str, Any]:
        """Body of a good invoice."""
        shop = self.shop
        line = {"product": shop.fitting.pk, "quantity": "2", "unit_price": "500"}
        return {"company": shop.company.pk, "party": shop.customer.pk, "date": in_days(0), "lines": [line]}

    def line(self, **changed: Any) -> dict[str, Any]:
        return {**self.bill, "lines": [{**self.bill["lines"][0], **changed}]}

    def refused(self, path: str, body: Any, status: int, field: str, code: str = "", **extra: Any) -> Any:
        """POST; the refusal names the field (and code), and nothing changed."""
        return self.unchanged(lambda: self.api.post(path, body, status, **extra), field, code)

    def unchanged(self, call: Callable[[], Any], field: str, code: str = "") -> Any:
        before = everything()
        answer = call()
        assert answer["success"] is False
        assert answer["message"]
        assert answer["meta"]["request_id"]
        named = {(e["field"], e["code"]) for e in answer["errors"]}
        assert field in {name for name, _code in named}, answer
        if code:
            assert (field, code) in named, answer
        assert all(e["detail"] for e in answer["errors"])
        after = everything()
        assert {t for t in after if after[t] != before[t]} == set()
        return answer


@pytest.fixture
def desk(api) -> Desk:
    shop = Shop()
    shop.stock(quantity=100)
    line = {"product": shop.chair.pk, "quantity": "5"}
    order = api.post("sales/orders/", shop.draft(line))["data"]
    order = api.post(f"sales/orders/{order['id']}/confirm/", {}, 200)["data"]
    made = Desk(api, shop, order, {})
    invoice = api.post("accounting/invoices/", made.bill)["data"]
    made.invoice = api.post(f"accounting/invoices/{invoice['id']}/post/", {}, 200)["data"]
    return made


@pytest.mark.parametrize("name", ["grand_total", "taxable_total", "cgst_total", "round_off"])
def test_a_total_that_the_client_worked_out_is_not_taken(desk, name):
    desk.refused("accounting/invoices/", {**desk.bill, name: "1.00"}, 400, name)


def test_a_line_total_that_the_client_worked_out_is_not_taken(desk):
    desk.refused("accounting/invoices/", desk.line(line_total="1.00"), 400, "lines.0.line_total")


def test_a_voucher_whose_sides_differ_is_refused(desk):
    from apps.accounting.ledger import account_for

    cash, sales = (account_for(desk.shop.company, role).pk for role in ("cash", "round_off"))
    lines = [{"account": cash, "debit": "50.00"}, {"account": sales, "credit": "49.99"}]
    body = {"company": desk.shop.company.pk, "date": in_days(0), "narration": "x", "lines": lines}
    desk.refused("accounting/vouchers/", body, 400, "lines", "unbalanced")


@pytest.mark.parametrize("name", ["company", "party", "currency"])
def test_an_id_that_is_not_there_is_named(desk, name):
    desk.refused("accounting/invoices/", {**desk.bill, name: MISSING}, 400, name)


@pytest.mark.parametrize("name", ["product", "account", "cost_centre", "project"])
def test_an_id_in_a_line_that_is_not_there_is_named(desk, name):
    desk.refused("accounting/invoices/", desk.line(**{name: MISSING}), 400, f"lines.0.{name}")


def test_a_line_of_another_document_is_named(desk):
    made = desk.api.post("accounting/invoices/", desk.bill)["data"]
    foreign = {
        "version": made["version"],
        "lines": [{**desk.bill["lines"][0], "id": desk.invoice["lines"][0]["id"]}],
    }
    path = f"accounting/invoices/{made['id']}/"
    desk.unchanged(lambda: desk.api.patch(path, foreign, 400), "lines.0.id")


def test_a_line_that_is_sent_twice_is_named_and_none_is_lost(desk):
    made = desk.api.post("accounting/invoices/", desk.bill)["data"]
    line = {**desk.bill["lines"][0], "id": made["lines"][0]["id"]}
    path = f"accounting/invoices/{made['id']}/"
    twice = {"version": made["version"], "lines": [line, line]}
    desk.unchanged(lambda: desk.api.patch(path, twice, 400), "lines.1.id")


def test_a_token_of_another_organisation_is_refused(desk):
    stranger = Client(
        HTTP_HOST="zenith.localhost", HTTP_AUTHORIZATION=desk.api.client._credentials["HTTP_AUTHORIZATION"]
    )
    for address in ("/api/v1/accounting/invoices/", f"/api/v1/accounting/invoices/{desk.invoice['id']}/"):
        answer = stranger.get(address)
        assert answer.status_code == 401
        assert answer["WWW-Authenticate"]
        assert answer.json()["errors"][0]["code"]


def test_a_closed_period_takes_nothing(desk):
    made = desk.api.post("accounting/invoices/", desk.bill)["data"]
    today = company_today()
    for period in Period.objects.filter(company=desk.shop.company, start__lte=today, end__gte=today):
        run_in_unit_of_work(lambda period=period: period_close(period=period, hard=True, by=None))
    desk.refused(f"accounting/invoices/{made['id']}/post/", {}, 423, "date", "period_closed")


@pytest.mark.parametrize("quantity", ["-1", "0", "1e400", "NaN", "1.1234567", "", None, [], True])
def test_a_quantity_that_is_none_is_named(desk, quantity):
    desk.refused("accounting/invoices/", desk.line(quantity=quantity), 400, "lines.0.quantity")
    order = desk.shop.draft({"product": desk.shop.chair.pk, "quantity": quantity})
    desk.refused("sales/orders/", order, 400, "lines.0.quantity")


def test_more_than_ordered_is_not_delivered(desk):
    line = {"line": desk.order["lines"][0]["id"], "quantity": "6"}
    path = f"sales/orders/{desk.order['id']}/deliver/"
    desk.refused(path, {"lines": [line]}, 409, "lines.0.quantity", "over_delivery")
    drafts = [desk.api.post(path, {"lines": [{**line, "quantity": "3"}]})["data"]["id"] for _ in range(2)]
    desk.api.post(f"sales/deliveries/{drafts[0]}/post/", {}, 200)
    desk.refused(f"sales/deliveries/{drafts[1]}/post/", {}, 409, "lines.0.quantity", "over_delivery")


def test_more_than_billed_is_not_credited(desk):
    line = {"invoice_line": desk.invoice["lines"][0]["id"], "quantity": "3"}
    body = {"invoice": desk.invoice["id"], "reason_code": "other", "date": in_days(0), "lines": [line]}
    desk.refused("accounting/credit-notes/", body, 409, "lines.0.quantity", "over_credit")
    body["lines"][0]["quantity"] = "2"
    notes = [desk.api.post("accounting/credit-notes/", body)["data"]["id"] for _ in range(2)]
    desk.api.post(f"accounting/credit-notes/{notes[0]}/post/", {}, 200)
    desk.refused(f"accounting/credit-notes/{notes[1]}/post/", {}, 409, "lines.0.quantity", "over_credit")


def test_more_than_there_is_is_not_sold(desk):
    order = desk.api.post(
        "sales/orders/", desk.shop.draft({"product": desk.shop.chair.pk, "quantity": "500"})
    )["data"]
    desk.api.post(f"sales/orders/{order['id']}/confirm/", {}, 200)
    draft = desk.api.post(f"sales/orders/{order['id']}/deliver/", {})["data"]
    desk.refused(f"sales/deliveries/{draft['id']}/post/", {}, 409, "lines.0.quantity", "insufficient_stock")


def test_a_stale_version_gets_the_current_record(desk):
    made = desk.api.post("accounting/invoices/", desk.bill)["data"]
    path = f"accounting/invoices/{made['id']}/"
    desk.api.patch(path, {"version": made["version"], "terms": "first"})
    stale = {"version": made["version"], "terms": "second"}
    answer = desk.unchanged(lambda: desk.api.patch(path, stale, 409), "version", "version_conflict")
    assert answer["data"]["current"]["terms"] == "first"
    desk.unchanged(lambda: desk.api.patch(path, {"terms": "x"}, 409), "version", "version_required")
    stale_header = {"HTTP_IF_MATCH": f'"{made["version"]}"'}
    desk.unchanged(lambda: desk.api.patch(path, {"terms": "x"}, 412, **stale_header), "version")


def test_a_repeated_post_makes_one_document(desk):
    key = {"HTTP_IDEMPOTENCY_KEY": "k-1"}
    first = desk.api.post("accounting/invoices/", desk.bill, **key)
    before = everything()
    assert desk.api.post("accounting/invoices/", desk.bill, **key) == first
    assert everything() == before
    path = f"accounting/invoices/{first['data']['id']}/post/"
    posted = desk.api.post(path, {}, 200, HTTP_IDEMPOTENCY_KEY="k-2")
    assert desk.api.post(path, {}, 200, HTTP_IDEMPOTENCY_KEY="k-2") == posted
    desk.refused("accounting/invoices/", desk.line(quantity="3"), 409, "", "idempotency_conflict", **key)
    desk.refused(path, {}, 409, "status", "invalid_transition")


def test_a_body_over_ten_megabytes_is_refused_before_it_is_read(desk):
    body = {**desk.bill, "terms": "x" * (10 * 1024 * 1024)}
    answer = desk.refused("accounting/invoices/", body, 413, "", "too_large")
    assert "10 MB" in answer["message"]


@pytest.mark.parametrize(("pieces", "status"), [(11, 413), (1, 401)])
def test_a_body_in_pieces_is_counted_as_it_comes(pieces, status):
    """Without a Content-Length, as a chunked request is."""
    scope = {
        "type": "http", "method": "POST", "path": "/api/v1/parties/parties/", "query_string": b"",
        "headers": [(b"host", b"acme.localhost"), (b"content-type", b"application/json")],
    }  # fmt: skip

    async def scenario() -> tuple[int, bytes, int]:
        page = ApplicationCommunicator(application, scope)
        for number in range(pieces):
            body = b"x" * 1024 * 1024
            await page.send_input({"type": "http.request", "body": body, "more_body": number < pieces - 1})
        start = await page.receive_output(20)
        rest = await page.receive_output(20)
        return start["status"], rest["body"], page.input_queue.qsize()

    got, body, unread = asyncio.run(scenario())
    assert got == status
    assert json.loads(body)["errors"][0]["code"]
    assert unread == 0


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b'{"legal_name": "\xff\xfe"}', "parse_error"),
        (b'{"legal_name": "\xed\xa0\x80"}', "parse_error"),
        (b'{"legal_name": ', "parse_error"),
        (b'{"legal_name": NaN}', "parse_error"),
        (b"[1, 2]", "parse_error"),
        (b'"text"', "parse_error"),
        (b"[" * 5000, "parse_error"),
        (b'{"a":' * 200 + b"1" + b"}" * 200, "parse_error"),
    ],
)
def test_a_body_that_is_no_json_object_is_told(desk, content, code):
    before = everything()
    answer = desk.api.client.post("/api/v1/parties/parties/", content, content_type="application/json")
    assert answer.status_code == 400
    assert answer.json()["errors"][0]["code"] == code
    assert everything() == before


@pytest.mark.parametrize("text", ["a\x00b", "\x00"])
def test_a_zero_byte_is_told(desk, text):
    desk.refused("parties/parties/", {"legal_name": text, "display_name": "x"}, 400, "", "parse_error")
    answer = desk.api.client.get("/api/v1/parties/parties/", {"search": text})
    assert answer.status_code in (200, 400)


def test_another_kind_of_body_is_told(desk):
    before = everything()
    answer = desk.api.client.post("/api/v1/accounting/invoices/", b"<xml/>", content_type="application/xml")
    assert answer.status_code == 415
    assert answer.json()["errors"]
    assert everything() == before


def test_a_name_with_markup_or_a_formula_is_a_name_everywhere(desk, administrator):
    for name in ("<b>Bold</b><script>alert(1)</script>", "=1+1", "@SUM(A1)"):
        body = {
            "legal_name": name,
            "display_name": name,
            "tax_treatment": "unregistered",
            "place_of_supply": "27",
        }
        made = desk.api.post("parties/parties/", body)["data"]
        assert made["display_name"] == name
        invoice = desk.api.post("accounting/invoices/", {**desk.bill, "party": made["id"]})["data"]
        desk.api.post(f"accounting/invoices/{invoice['id']}/post/", {}, 200)
        assert desk.api.get(f"accounting/invoices/{invoice['id']}/pdf/")[:5] == b"%PDF-"
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    for address in ("/admin/parties/party/", "/admin/accounting/invoice/"):
        text = browser.get(address).content.decode()
        assert "<b>Bold</b>" not in text
        assert "&lt;b&gt;Bold" in text
    table = desk.api.get("parties/parties/export/", format="csv").decode("utf-8-sig")
    assert "'=1+1" in table
    assert "'@SUM(A1)" in table


def test_a_deleted_party_takes_no_new_document(desk):
    body = {
        "legal_name": "Gone",
        "display_name": "Gone",
        "tax_treatment": "unregistered",
        "place_of_supply": "27",
    }
    gone = desk.api.post("parties/parties/", body)["data"]
    desk.api.delete(f"parties/parties/{gone['id']}/?version={gone['version']}")
    desk.refused("accounting/invoices/", {**desk.bill, "party": gone["id"]}, 400, "party")
    desk.refused("sales/orders/", {**desk.shop.draft(), "party": gone["id"]}, 400, "party")


def test_a_draft_of_a_party_that_was_deleted_since_is_not_posted(desk):
    draft = desk.api.post("accounting/invoices/", desk.bill)["data"]
    money = {name: desk.bill[name] for name in ("company", "party", "date")} | {"amount": "5.00"}
    receipt = desk.api.post("accounting/receipts/", money)["data"]
    Party.objects.filter(pk=desk.shop.customer.pk).untracked_update(deleted_at=timezone.now())
    desk.refused(f"accounting/invoices/{draft['id']}/post/", {}, 409, "party", "deleted")
    draft = desk.api.post(f"sales/orders/{desk.order['id']}/deliver/", {})["data"]
    desk.refused(f"sales/deliveries/{draft['id']}/post/", {}, 409, "party", "deleted")
    desk.refused(f"accounting/receipts/{receipt['id']}/post/", {}, 409, "party", "deleted")
    assert desk.api.get(f"accounting/invoices/{desk.invoice['id']}/")["data"]["party_name"]


def test_posted_documents_are_neither_changed_nor_deleted(desk):
    path = f"accounting/invoices/{desk.invoice['id']}/"
    version = desk.invoice["version"]
    for field, call in (
        ("status", lambda: desk.api.patch(path, {"version": version, "terms": "x"}, 409)),
        ("status", lambda: desk.api.put(path, {**desk.bill, "version": version}, 409)),
        ("", lambda: desk.api.delete(f"{path}?version={version}", 409)),
    ):
        assert desk.unchanged(call, field)["errors"][0]["code"] == "invalid_transition"
    assert Invoice.objects.get(pk=desk.invoice["id"]).status == "posted"


def test_a_deletion_says_what_is_gone(desk):
    rate = {"currency": Currency.objects.get(code="USD").pk, "date": in_days(0), "rate": "83.5"}
    made = desk.api.post("company/currency-rates/", rate)["data"]
    assert desk.api.delete(f"company/currency-rates/{made['id']}/")["data"] == {"id": made["id"]}
    desk.api.get(f"company/currency-rates/{made['id']}/", 404)


def test_half_a_bulk_is_not_saved(desk):
    records = [desk.bill, desk.line(quantity="-1"), desk.bill]
    body = {"mode": "all_or_nothing", "records": records}
    desk.refused("accounting/invoices/bulk/", body, 400, "records.1.lines.0.quantity")


def test_a_verb_that_asks_for_more_than_it_knows_is_told(desk):
    made = desk.api.post("accounting/invoices/", desk.bill)["data"]
    desk.refused(f"accounting/invoices/{made['id']}/post/", {"colour": "red"}, 400, "colour")
    desk.refused("accounting/invoices/", {**desk.bill, "colour": "red"}, 400, "colour")
    answer = desk.api.get("accounting/invoices/", 400, colour="red")
    assert answer["errors"][0]["field"] == "colour"
    assert desk.api.get("accounting/invoices/", 400, per_page=201)["errors"][0]["field"] == "per_page"
    assert Order.objects.count() == 1


@pytest.mark.parametrize("text", [["a"], {"a": 1}, 7, True])
def test_a_text_that_is_none_is_named(desk, text):
    desk.refused(f"accounting/invoices/{desk.invoice['id']}/send/", {"text": text}, 400, "text")
    desk.refused(f"accounting/invoices/{desk.invoice['id']}/correct/", {"notes": text}, 400, "notes")
    desk.refused(f"sales/orders/{desk.order['id']}/cancel/", {"reason": text}, 400, "reason")
