"""Junk in every field of every document of accounting: a clear refusal, never a fault, nothing written."""

from __future__ import annotations

import json

import pytest

from apps.accounting.ledger import account_for
from apps.company.selectors import company_today
from tests.factories import invoicing as make

pytestmark = pytest.mark.django_db
JUNK = (
    None, "", "x", "NaN", "Infinity", "1e400", "-1", -1, 0, 2**70, 10**30, 1.5, True, [], {}, [1], {"a": 1},
    "2026-02-30", "9999-12-31", "0001-01-01", "\x00", "\ud800", "🙂" * 400, "99999999999999.999999",
)  # fmt: skip
HEADER = (
    "company", "party", "date", "billing_address", "place_of_supply", "supply_kind", "currency",
    "exchange_rate", "prices_include_tax", "discount_amount", "reverse_charge", "po_date", "payment_terms",
    "due_date", "owner", "tags", "custom", "lines", "charges", "invoice", "reason_code", "vendor_number",
    "vendor_date", "vendor_round_off", "grand_total", "version", "notes",
)  # fmt: skip
LINE = (
    "id", "product", "description", "hsn", "quantity", "unit", "unit_price", "discount_percent",
    "tax_category", "shadow", "account", "project", "gst_rate_override", "line_total",
)  # fmt: skip
MONEY = (
    "company", "party", "project", "date", "mode", "account", "currency", "exchange_rate", "amount",
    "bank_charges", "tds_amount", "reference", "instrument_date", "allocations",
)  # fmt: skip


def send(api, path, body):
    url = f"/api/v1/{path}"
    response = api.client.generic("POST", url, json.dumps(body), content_type="application/json")
    assert response.status_code < 500, (path, body, response.content[:300])
    if response.status_code >= 400:
        assert response.json()["errors"], body
    return response.status_code


@pytest.fixture
def body(db):
    books, party = make.company(), make.customer()
    return {
        "company": books.pk,
        "party": party.pk,
        "date": company_today().isoformat(),
        "lines": [{"product": make.product(purchase_price=5).pk, "quantity": "1"}],
    }


@pytest.mark.full
@pytest.mark.parametrize("path", ["invoices", "proformas", "credit-notes", "bills"])
def test_junk_in_a_taxed_document(api, body, path):
    for name in HEADER:
        for value in JUNK:
            send(api, f"accounting/{path}/preview/", {**body, name: value})
    for name in LINE:
        for value in JUNK:
            line = {**body["lines"][0], name: value}
            send(api, f"accounting/{path}/preview/", {**body, "lines": [line]})
    for name in ("kind", "amount", "tax_category", "description"):
        for value in JUNK:
            charge = {"kind": "freight", "amount": "1.00", name: value}
            send(api, f"accounting/{path}/preview/", {**body, "charges": [charge]})


@pytest.mark.full
@pytest.mark.parametrize("path", ["receipts", "payments"])
def test_junk_in_a_money_document(api, body, path):
    plain = {name: body[name] for name in ("company", "party", "date")} | {"amount": "5.00"}
    for name in MONEY:
        for value in JUNK:
            send(api, f"accounting/{path}/", {**plain, name: value})
    for name in ("invoice", "bill", "open_item", "amount", "id"):
        for value in JUNK:
            row = {"invoice": 1, "amount": "1.00", name: value}
            send(api, f"accounting/{path}/", {**plain, "allocations": [row]})


def test_some_junk_in_an_invoice(api, body):
    statuses = [send(api, "accounting/invoices/preview/", {**body, name: "x"}) for name in HEADER]
    statuses += [
        send(api, "accounting/invoices/preview/", {**body, "lines": [{**body["lines"][0], name: "-1"}]})
        for name in LINE
    ]
    assert statuses.count(400) > 30
    assert set(statuses) <= {200, 400}


def test_junk_in_the_verbs(api, body):
    made = api.post(
        "accounting/receipts/", {k: body[k] for k in ("company", "party", "date")} | {"amount": "5"}
    )
    path = f"accounting/receipts/{made['data']['id']}/"
    api.post(f"{path}post/", {}, 200)
    for verb, name in (
        ("allocate", "allocations"), ("unallocate", "allocations"), ("unallocate", "invoice"),
        ("bounce", "charges"), ("cancel", "reason"), ("send", "to"), ("post", "reason"), ("post", "version"),
    ):  # fmt: skip
        for value in JUNK:
            if (verb, value) == ("bounce", None) or verb in ("bounce", "cancel"):
                continue
            send(api, f"{path}{verb}/", {name: value})
    for value in JUNK:
        if value not in (None, "", [], {}):
            send(api, f"{path}bounce/", {"charges": value, "colour": 1})


def test_records_of_another_company_are_named(api, body):
    other = make.company()
    line = {**body["lines"][0], "account": account_for(other, "sales").pk}
    answer = api.post("accounting/invoices/", {**body, "lines": [line]}, 400)
    assert answer["errors"][0]["field"] == "lines.0.account"
    made = api.post("accounting/invoices/", body)["data"]
    foreign = make.invoice(company=make.company(), party=make.customer()).lines.get()
    line = {**made["lines"][0], "id": foreign.pk}
    change = {"version": made["version"], "lines": [line]}
    answer = api.patch(f"accounting/invoices/{made['id']}/", change, 400)
    assert answer["errors"][0]["field"] == "lines.0.id"
