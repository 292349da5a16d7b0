"""The buttons of a posted invoice: credit note, debit note and receipt come as linked drafts."""

from __future__ import annotations

import pytest

from apps.accounting.models import CreditNote
from apps.company.selectors import company_today
from apps.documents.models import DocumentLink
from tests.factories import invoicing as make
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient
from tests.kit.ledger import assert_balanced

pytestmark = pytest.mark.django_db
INVOICES, CREDITS = "accounting/invoices", "accounting/credit-notes"


@pytest.fixture
def invoice(db):
    """10 pieces at 100.00 with freight of 50.00, all with IGST 18 % to Karnataka."""
    lines, charges = [{"quantity": 10, "unit_price": "100"}], [{"charge_kind": "freight", "amount": "50"}]
    party = make.customer(gstin=make.GSTIN_29)
    return make.invoice(company=make.company(), party=party, lines=lines, charges=charges, post=True)


def press(api, invoice, verb, expect=201):
    return api.post(f"{INVOICES}/{invoice.pk}/{verb}/", {}, expect)


def test_a_credit_note_takes_back_what_is_left(api, invoice):
    draft = press(api, invoice, "credit")["data"]
    assert (draft["status"], draft["invoice"], draft["date"]) == (
        "draft", invoice.pk, company_today().isoformat(),
    )  # fmt: skip
    assert draft["grand_total"] == str(invoice.grand_total) == "1239.00"
    assert DocumentLink.objects.filter(target_kind="accounting.creditnote", target_id=draft["id"]).exists()
    line = {"id": draft["lines"][0]["id"], "quantity": "4"}
    body = {"version": draft["version"], "lines": [line], "charges": []}
    assert api.patch(f"{CREDITS}/{draft['id']}/", body)["data"]["grand_total"] == "472.00"
    api.post(f"{CREDITS}/{draft['id']}/post/", {}, 200)
    rest = press(api, invoice, "credit")["data"]
    assert (rest["lines"][0]["quantity"], rest["grand_total"]) == ("6.000000", "767.00")
    api.post(f"{CREDITS}/{rest['id']}/post/", {}, 200)
    refused = press(api, invoice, "credit", 409)
    assert refused["errors"][0]["code"] == "over_credit"
    assert CreditNote.objects.count() == 2  # nothing half made
    assert_balanced()


def test_a_debit_note_waits_for_what_is_charged_in_addition(api, invoice):
    draft = press(api, invoice, "debit")["data"]
    assert (draft["invoice"], draft["grand_total"]) == (invoice.pk, "0.00")
    line = {"id": draft["lines"][0]["id"], "unit_price": "5"}
    body = {"version": draft["version"], "lines": [line]}
    assert api.patch(f"accounting/debit-notes/{draft['id']}/", body)["data"]["grand_total"] == "59.00"
    assert api.post(f"accounting/debit-notes/{draft['id']}/post/", {}, 200)["data"]["number"]


def test_a_receipt_settles_what_is_due_and_is_offered_no_more(api, invoice):
    draft = press(api, invoice, "receive")["data"]
    row = draft["allocations"][0]
    assert (draft["amount"], row["invoice"], row["amount"]) == ("1239.00", invoice.pk, "1239.00")
    api.post(f"accounting/receipts/{draft['id']}/post/", {}, 200)
    assert api.get(f"{INVOICES}/{invoice.pk}/")["data"]["payment_status"] == "paid"
    assert press(api, invoice, "receive", 409)["errors"][0]["code"] == "nothing_open"


@pytest.mark.parametrize(
    ("verb", "permission"),
    [
        ("credit", "accounting.add_creditnote"),
        ("debit", "accounting.add_debitnote"),
        ("receive", "accounting.add_receipt"),
    ],
)
def test_who_may_not_make_the_other_document_is_refused(invoice, verb, permission):
    clerk = ApiClient(make_user("accounting.view_invoice"))
    assert press(clerk, invoice, verb, 403)["success"] is False
    able = ApiClient(make_user("accounting.view_invoice", permission))
    assert press(able, invoice, verb)["success"] is True
