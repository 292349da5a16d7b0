"""Batches and serial numbers on the lines of invoices: what is named leaves, what left is named."""

from __future__ import annotations

from datetime import timedelta

import pytest

from apps.accounting.models import InvoiceLine
from apps.company.selectors import company_today
from apps.inventory.models import Batch, Serial, StockMove
from apps.sales.models import Delivery, DeliveryReturn
from tests.factories.catalog import make_product
from tests.factories.inventory import receive
from tests.kit import pdf
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db


def verb(api, kind, record, name, data=None, expect=200):  # noqa: PLR0917 - reads as a sentence in the tests
    return api.post(f"{kind}/{record['id']}/{name}/", data or {}, expect)


def ago(days):
    return company_today() - timedelta(days=days)


@pytest.fixture
def pump(shop):
    """Three pumps in stock: P1, P2, P3."""
    pump = make_product(name="Pump", tracking="serial", sale_price="9000")
    receive(shop.company, pump, 3, "5000", serials=("P1", "P2", "P3"), day=ago(1))
    return pump


@pytest.fixture
def syrup(shop):
    """4 of batch OLD at 10 (expires first), 6 of batch NEW at 20."""
    syrup = make_product(name="Syrup", tracking="batch", sale_price="50", valuation_method="fifo")
    for code, days, quantity, cost in (("OLD", 30, 4, "10"), ("NEW", 300, 6, "20")):
        batch = Batch.objects.create(product=syrup, code=code, expires_on=ago(-days))
        receive(shop.company, syrup, quantity, cost, batch=batch, day=ago(1))
    return syrup


def printed(api, path):
    return pdf.texts(api.get(f"{path}/pdf/"))[0]


def direct(api, shop, **line):
    return api.post("accounting/invoices/", shop.draft(line))["data"]


def places(product):
    return dict(Serial.objects.filter(product=product).values_list("code", "place__code"))


def test_direct_invoice_delivers_the_pieces_that_it_names(api, shop, pump):
    draft = direct(api, shop, product=pump.pk, quantity="2", serials=["P1", " P3 "])
    done = verb(api, "accounting/invoices", draft, "post")["data"]
    assert places(pump) == {"P1": "CUSTOMER", "P2": "MAIN", "P3": "CUSTOMER"}
    delivery = Delivery.objects.get(invoice_id=done["id"])
    assert delivery.lines.get().serials == ["P1", "P3"]
    assert "S/N P1, P3" in printed(api, f"accounting/invoices/{done['id']}")
    copy = verb(api, "accounting/invoices", done, "duplicate", expect=201)["data"]
    assert copy["lines"][0]["serials"] == []
    verb(api, "accounting/invoices", done, "cancel", {"reason": "Wrong customer"})
    assert set(places(pump).values()) == {"MAIN"}
    assert_stock_equals_ledger(shop.company)
    assert_balanced()


@pytest.mark.parametrize(
    ("serials", "status"),
    [([], 400), (["P1"], 400), (["P1", "P1"], 400), (["P1", "P9"], 409), (["P1", "P2", "P3"], 400)],
    ids=["none", "few", "twice", "unknown", "many"],
)  # fmt: skip
def test_wrong_pieces_are_refused_at_their_line(api, shop, pump, serials, status):
    draft = direct(api, shop, product=pump.pk, quantity="2", serials=serials)
    error = verb(api, "accounting/invoices", draft, "post", expect=status)["errors"][0]
    assert error["field"] == "lines.0.serials"
    assert set(places(pump).values()) == {"MAIN"}
    assert not Delivery.objects.exists()


def test_piece_that_was_sold_is_not_sold_again(api, shop, pump):
    first = direct(api, shop, product=pump.pk, quantity="1", serials=["P1"])
    verb(api, "accounting/invoices", first, "post")
    again = direct(api, shop, product=pump.pk, quantity="1", serials=["P1"])
    error = verb(api, "accounting/invoices", again, "post", expect=409)["errors"][0]
    assert (error["field"], error["code"]) == ("lines.0.serials", "insufficient_stock")


def test_credit_note_takes_back_the_pieces_of_its_invoice(api, shop, pump):
    draft = direct(api, shop, product=pump.pk, quantity="2", serials=["P1", "P2"])
    done = verb(api, "accounting/invoices", draft, "post")["data"]
    lines = [{"invoice_line": done["lines"][0]["id"], "quantity": "2"}]
    body = {"invoice": done["id"], "date": company_today().isoformat(), "moves_stock": True, "lines": lines}
    verb(api, "accounting/credit-notes", api.post("accounting/credit-notes/", body)["data"], "post")
    assert set(places(pump).values()) == {"MAIN"}
    assert DeliveryReturn.objects.count() == 1
    assert_stock_equals_ledger(shop.company)


def test_named_batch_leaves_at_its_own_cost(api, shop, syrup):
    """C33: an issue from batch X costs batch X's value."""
    draft = direct(api, shop, product=syrup.pk, quantity="2", batch_code="NEW")
    done = verb(api, "accounting/invoices", draft, "post")["data"]
    delivery = Delivery.objects.get(invoice_id=done["id"])
    move = StockMove.objects.get(source_kind="sales.delivery", source_id=delivery.pk)
    assert (move.batch.code, str(move.value)) == ("NEW", "40.00")
    wrong = direct(api, shop, product=syrup.pk, quantity="2", batch_code="NIL")
    error = verb(api, "accounting/invoices", wrong, "post", expect=400)["errors"][0]
    assert (error["field"], error["code"]) == ("lines.0.batch_code", "not_found")
    assert_stock_equals_ledger(shop.company)


def test_batches_that_the_stock_picks_are_named_on_invoice_and_challan(api, shop, syrup):
    draft = direct(api, shop, product=syrup.pk, quantity="5")
    done = verb(api, "accounting/invoices", draft, "post")["data"]
    line = InvoiceLine.objects.get(invoice=done["id"])
    assert line.batch_code == "OLD, NEW"
    delivery = Delivery.objects.get(invoice_id=done["id"])
    assert "Batch OLD, NEW" in printed(api, f"sales/deliveries/{delivery.pk}")


def test_invoice_of_a_delivery_names_what_it_brought(api, shop, pump):
    draft = api.post("sales/orders/", shop.draft({"product": pump.pk, "quantity": "3"}))["data"]
    order = verb(api, "sales/orders", draft, "confirm")["data"]
    rows = [{"line": order["lines"][0]["id"], "quantity": "3", "serials": ["P1", "P2", "P3"]}]
    delivery = verb(api, "sales/orders", order, "deliver", {"lines": rows}, 201)["data"]
    delivery = verb(api, "sales/deliveries", delivery, "post")["data"]
    back = {"line": delivery["lines"][0]["id"], "quantity": "1", "serials": ["P2"]}
    verb(api, "sales/deliveries", delivery, "return", {"lines": [back], "reason": "Dented"})
    made = verb(api, "sales/deliveries", delivery, "invoice", expect=201)["data"]
    assert [row["serials"] for row in made["lines"]] == [["P1", "P3"]]
    verb(api, "accounting/invoices", made, "post")
    assert places(pump) == {"P1": "CUSTOMER", "P2": "MAIN", "P3": "CUSTOMER"}


def test_lines_of_another_product_forget_their_pieces(api, shop, pump):
    draft = direct(api, shop, product=pump.pk, quantity="1", serials=["P1"])
    rows = [{"id": draft["lines"][0]["id"], "product": shop.chair.pk, "quantity": "1"}]
    body = {"version": draft["version"], "lines": rows}
    changed = api.patch(f"accounting/invoices/{draft['id']}/", body)["data"]
    assert (changed["lines"][0]["serials"], changed["lines"][0]["batch_code"]) == ([], "")
