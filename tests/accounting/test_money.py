"""Receipts and payments: allocation, advances, withheld tax, exchange differences, bounces, write-off."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounting.models import Allocation, OpenItem
from apps.accounting.payments.open_items import OpeningItem, opening_items_post
from apps.accounting.payments.statement import party_statement
from apps.accounting.payments.write_off import item_write_off
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput, Refused
from tests.factories import invoicing as make
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control, entry_lines

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def standing_books(standing):
    return standing(lambda: make.company(round_to_rupee=False))


@pytest.fixture
def party(db):
    return make.customer()


def owed(books, party, *amounts, days=0):
    """Posted invoices of these totals, due one after the other."""
    exempt = make.product(tax_category="EXEMPT")
    today = company_today()
    return [
        make.invoice(
            company=books,
            party=party,
            lines=[{"product": exempt, "unit_price": amount}],
            due_date=today + timedelta(days=days + index),
            post=True,
        )
        for index, amount in enumerate(amounts)
    ]


def due(*invoices):
    result = []
    for invoice in invoices:
        invoice.refresh_from_db()
        result.append((invoice.balance_due, invoice.payment_status))
    return result


def test_oldest_first_and_back(books, party):
    """C12: 300 and 500, receipt 450 → 300 + 150; taking it back restores both sides."""
    later, earlier = owed(books, party, 500, days=9)[0], owed(books, party, 300)[0]
    receipt = make.receipt(company=books, party=party, amount=450)
    assert (receipt.unallocated, due(earlier)) == (D(450), [(D(300), "unpaid")])
    receipt = make.posted(receipt, verb="allocate")
    assert [row.amount for row in receipt.allocations.all()] == [D(300), D(150)]
    assert due(earlier, later) == [(0, "paid"), (D(350), "partly_paid")]
    assert receipt.unallocated == 0
    assert_subledger_equals_control(books)
    receipt = make.posted(receipt, verb="unallocate")
    assert due(earlier, later) == [(D(300), "unpaid"), (D(500), "unpaid")]
    assert (receipt.unallocated, receipt.allocations.count()) == (D(450), 0)
    assert Allocation.objects.filter(undone_at=None).count() == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def test_more_than_is_open_is_refused_on_either_side(books, party):
    (invoice,) = owed(books, party, 100)
    with pytest.raises(InvalidInput) as refused:
        make.receipt(
            company=books, party=party, amount=500, allocations=[{"invoice": invoice, "amount": "100.01"}]
        )
    assert refused.value.field == "allocations.0.amount"
    with pytest.raises(InvalidInput):
        make.receipt(
            company=books, party=party, amount=50, allocations=[{"invoice": invoice, "amount": "60"}]
        )
    receipt = make.receipt(company=books, party=party, amount=50)
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(receipt, verb="allocate", allocations=[{"invoice": invoice, "amount": D(60)}])
    assert refused.value.code == "over_allocation"
    with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("UPDATE accounting_openitem SET open_amount = amount + 1")


def test_planned_allocations_that_were_settled_meanwhile_are_refused(books, party):
    (invoice,) = owed(books, party, 100)
    plan = [{"invoice": invoice, "amount": "100"}]
    first, second = (
        make.receipt(company=books, party=party, amount=100, allocations=plan, post=False) for _ in range(2)
    )
    make.posted(first)
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(second)
    assert refused.value.code == "over_allocation"


def test_customer_withholds_tax_and_the_bank_its_charges(books, party):
    (invoice,) = owed(books, party, 118000)
    receipt = make.receipt(
        company=books,
        party=party,
        amount="116000",
        tds_amount="2000",
        bank_charges="11.80",
        allocations=[{"invoice": invoice, "amount": "118000"}],
    )
    assert due(invoice) == [(0, "paid")]
    assert entry_lines(receipt) == {
        "receivable": D(-118000), "bank": D("115988.20"), "tds_receivable": D(2000),
        "bank_charges": D("11.80"),
    }  # fmt: skip
    assert receipt.number.startswith("RCT/")
    assert_subledger_equals_control(books)


def test_realised_gain_and_an_exact_end():
    """C6: USD 200 at 80, USD 120 received at 82: gain 240; the last settlement closes rupees with dollars."""
    books = make.company(lut_number="LUT")
    make.rate("USD", "80")
    party = make.customer(tax_treatment="export", currency=make.currency("USD"))
    lines = [{"product": make.product(), "unit_price": "200"}]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    plan = [{"invoice": invoice, "amount": "120"}]
    make.receipt(company=books, party=party, amount=120, exchange_rate="82", allocations=plan)
    first = Allocation.objects.get()
    assert (first.base_debit, first.base_credit, first.gain_loss) == (D(9600), D(9840), D(240))
    assert entry_lines(None, first.entry) == {"receivable": D(240), "fx_gain_loss": D(-240)}
    item = OpenItem.objects.get(pk=invoice.open_item_id)
    assert (item.open_amount, item.open_base) == (D(80), D(6400))
    assert_subledger_equals_control(books)
    plan = [{"invoice": invoice, "amount": "80"}]
    last = make.receipt(company=books, party=party, amount=80, exchange_rate="79.123457", allocations=plan)
    item.refresh_from_db()
    assert (item.open_amount, item.open_base, item.status) == (0, 0, "paid")
    assert Allocation.objects.latest("id").gain_loss == D("-70.12")
    assert_balanced()
    assert_subledger_equals_control(books)
    make.posted(last, verb="unallocate")
    item.refresh_from_db()
    assert (item.open_amount, item.open_base) == (D(80), D(6400))
    assert_balanced()
    assert_subledger_equals_control(books)


def test_many_odd_parts_of_a_foreign_invoice_leave_no_paisa():
    books = make.company(lut_number="LUT")
    make.rate("GBP", "107.333333")
    party = make.customer(tax_treatment="export", currency=make.currency("GBP"))
    lines = [{"product": make.product(), "unit_price": "10.01"}]
    invoice = make.invoice(company=books, party=party, lines=lines, post=True)
    for part in ("3.33", "3.33", "3.35"):
        plan = [{"invoice": invoice, "amount": part}]
        make.receipt(company=books, party=party, amount=part, exchange_rate="107.333333", allocations=plan)
    assert not OpenItem.objects.exclude(open_base=0).exists()
    assert_balanced()
    assert_subledger_equals_control(books)


def test_statement_says_bounced_of_a_cheque_that_came_back(books, party):
    today = company_today()
    cheque, mistake = (make.receipt(company=books, party=party, amount=amount) for amount in (100, 40))
    make.posted(cheque, verb="bounce")
    make.posted(mistake, verb="cancel", reason="Entered twice")
    (part,) = party_statement(party=party, company=books, start=today, end=today).parts
    told = [(row.number, row.what) for row in part.rows]
    assert told == [
        (cheque.number, "Receipt"),
        (mistake.number, "Receipt"),
        (cheque.number, "Receipt bounced"),
        (mistake.number, "Receipt cancelled"),
    ]


def test_bounced_cheque_opens_what_it_paid(books, party):
    (invoice,) = owed(books, party, 300)
    plan = [{"invoice": invoice, "amount": "300"}]
    receipt = make.receipt(company=books, party=party, amount=300, mode="cheque", allocations=plan)
    bounced = make.posted(receipt, verb="bounce", reason="funds insufficient", charges="59")
    assert (bounced.status, bounced.unallocated, bounced.number) == ("bounced", 0, receipt.number)
    assert due(invoice) == [(D(300), "unpaid")]
    with pytest.raises(Refused), transaction.atomic():
        make.posted(bounced, verb="allocate")
    assert_balanced()
    assert_subledger_equals_control(books)


def test_cancel_is_refused_while_allocated(books, party):
    (invoice,) = owed(books, party, 10)
    receipt = make.receipt(
        company=books, party=party, amount=10, allocations=[{"invoice": invoice, "amount": "10"}]
    )
    with pytest.raises(Refused) as refused, transaction.atomic():
        make.posted(receipt, verb="cancel", reason="typo")
    assert refused.value.code == "in_use"
    make.posted(receipt, verb="unallocate")
    assert make.posted(receipt, verb="cancel", reason="typo").unallocated == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def test_refund_pays_a_credit_note_across_both_control_accounts(books, party):
    (invoice,) = owed(books, party, 100)
    make.receipt(company=books, party=party, amount=100, allocations=[{"invoice": invoice, "amount": "100"}])
    note = make.credit_note(invoice=invoice, post=True)
    plan = [{"open_item": note.open_item, "amount": "100"}]
    refund = make.payment(company=books, party=party, amount=100, allocations=plan)
    assert refund.unallocated == 0
    note.refresh_from_db()
    assert note.balance_due == 0
    assert_balanced()
    assert_subledger_equals_control(books)


def test_small_rest_is_written_off_within_the_limit(books, party, user_with):
    clerk = user_with("accounting.write_off", "accounting.view_openitem")
    small, large = owed(books, party, "9.99", 100)
    item_write_off(small.open_item, by=clerk, reason="rounding by the customer")
    assert due(small) == [(0, "paid")]
    with pytest.raises(Refused) as refused:
        item_write_off(large.open_item, by=clerk, reason="rounding")
    assert refused.value.code == "write_off_limit"
    with pytest.raises(InvalidInput):
        item_write_off(large.open_item, by=clerk, reason=" ")
    chief = user_with("accounting.write_off", "accounting.write_off_any")
    item_write_off(large.open_item, by=chief, reason="bankrupt", amount=D(40))
    assert due(large) == [(D(60), "partly_paid")]
    assert_balanced()
    assert_subledger_equals_control(books)


def test_opening_documents_come_in_once_and_can_be_paid(books, party, administrator):
    make.rate("USD", "80")
    vendor = make.vendor()
    day = company_today()
    items = [
        OpeningItem(party, "receivable", "OLD/1", day - timedelta(days=90), D("118.00"), due_date=day),
        OpeningItem(party, "receivable", "OLD/CN", day - timedelta(days=50), D("-18.00")),
        OpeningItem(
            party, "receivable", "OLD/2", day, D("10.00"), currency=make.currency("USD"), exchange_rate=D(80)
        ),
        OpeningItem(vendor, "payable", "V/9", day, D("-500.00")),
    ]  # fmt: skip
    source = ("datatools.importrun", 1)
    made = opening_items_post(company=books, items=items, day=day, source=source, by=administrator)
    again = opening_items_post(company=books, items=items, day=day, source=source, by=administrator)
    assert [item.pk for item in made] == [item.pk for item in again]
    assert_subledger_equals_control(books)
    receipt = make.receipt(company=books, party=party, amount=118)
    receipt = make.posted(receipt, verb="allocate")
    assert OpenItem.objects.get(number="OLD/1").status == "paid"
    assert_balanced()
    assert_subledger_equals_control(books)


def test_receipt_over_the_api(api, books, party):
    first, second = owed(books, party, 300, 500)
    body = {
        "company": books.pk,
        "party": party.pk,
        "date": company_today().isoformat(),
        "mode": "upi",
        "amount": "450.00",
        "allocations": [{"invoice": first.pk, "amount": "100.00"}],
    }
    path = "accounting/receipts/"
    made = api.post(path, body)["data"]
    assert (made["status"], made["account"] is None) == ("draft", False)
    path = f"{path}{made['id']}/"
    posted = api.post(f"{path}post/", {}, 200)["data"]
    assert (posted["unallocated"], posted["allocations"][0]["invoice"]) == ("350.00", first.pk)
    more = {"allocations": [{"invoice": second.pk, "amount": "350.00"}]}
    assert api.post(f"{path}allocate/", more, 200)["data"]["unallocated"] == "0.00"
    assert api.post(f"{path}allocate/", more, 409)["errors"][0]["code"] == "over_allocation"
    assert api.get(f"accounting/invoices/{second.pk}/")["data"]["balance_due"] == "150.00"
    back = api.post(f"{path}unallocate/", {"invoice": second.pk}, 200)["data"]
    assert (back["unallocated"], len(back["allocations"])) == ("350.00", 1)
    assert (
        api.post(f"{path}unallocate/", {"allocations": [999999]}, 400)["errors"][0]["field"] == "allocations"
    )
    items = api.get("accounting/open-items/", party=party.pk, status="unpaid")["data"]
    assert [item["open_amount"] for item in items] == ["500.00"]


@pytest.mark.parametrize(
    ("values", "field"),
    [
        ({"amount": "-1"}, "amount"),
        ({"amount": "0"}, "amount"),
        ({"tds_amount": "-1"}, "tds_amount"),
        ({"bank_charges": "101"}, "bank_charges"),
        ({"mode": "pigeon"}, "mode"),
        ({"allocations": [{"invoice": 999999, "amount": "1"}]}, "allocations.0.invoice"),
        ({"allocations": [{"amount": "1"}]}, "allocations.0.invoice"),
        ({"allocations": [{"colour": "1"}]}, "allocations.0.colour"),
        ({"exchange_rate": "3"}, "exchange_rate"),
        ({"account": "sales"}, "account"),
    ],
)
def test_wrong_receipt_is_named(api, books, party, values, field):
    from apps.accounting.ledger import account_for

    if values.get("account") == "sales":
        values = {"account": account_for(books, "sales").pk}
    body = {"company": books.pk, "party": party.pk, "date": "2026-11-21", "amount": "100.00", **values}
    answer = api.post("accounting/receipts/", body, 400)
    assert field in {error["field"] for error in answer["errors"]}
