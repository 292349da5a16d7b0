"""Post-dated cheques: no money before their day, in the bank account on the day of clearing."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest

from apps.accounting.models import JournalEntry, Receipt
from apps.accounting.payments.cheques import is_post_dated
from apps.accounting.payments.statement import party_statement
from apps.accounting.printing.money import receipt_print
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput, Refused
from apps.portal.counters import counters_for
from tests.factories import invoicing as make
from tests.kit.clients import signed_in
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


def ago(days):
    return company_today() - timedelta(days=days)


def sold(books, party, amount):
    exempt = make.product(tax_category="EXEMPT")
    lines = [{"product": exempt, "unit_price": amount}]
    return make.invoice(company=books, party=party, lines=lines, date=ago(20), post=True)


def cheque(books, party, amount, invoice=None, *, given=10, dated=2, **values):
    rows = [{"invoice": invoice, "amount": str(amount)}] if invoice else []
    return make.receipt(
        company=books, party=party, amount=amount, mode="cheque", reference="004711", date=ago(given),
        instrument_date=ago(dated), allocations=rows, post=False, **values,
    )  # fmt: skip


def test_cheque_of_a_later_day_pays_nothing_until_the_bank_cleared_it(books, party):
    invoice = sold(books, party, 300)
    draft = cheque(books, party, 300, invoice)
    before = JournalEntry.objects.count()
    with pytest.raises(Refused) as refused:
        make.posted(draft)
    assert (refused.value.code, refused.value.field) == ("post_dated", "instrument_date")
    held = make.posted(draft, verb="hold")
    invoice.refresh_from_db()
    assert (held.status, held.number, held.unallocated) == ("held", "", 0)
    assert (JournalEntry.objects.count(), invoice.balance_due) == (before, D(300))
    statement = party_statement(party=party, company=books, start=ago(30), end=company_today())
    assert statement.parts[0].closing == D(300)
    assert "004711" in statement.remark

    done = make.posted(held, verb="clear", date=ago(1).isoformat())
    invoice.refresh_from_db()
    assert (done.status, done.date, invoice.balance_due) == ("posted", ago(1), 0)
    assert (bool(done.number), done.journal_entry.date) == (True, ago(1))
    assert set(entry_lines(done).values()) == {D(300), D(-300)}
    assert not party_statement(party=party, company=books, start=ago(30), end=company_today()).cheques
    assert_balanced()
    assert_subledger_equals_control(books)


def test_no_bank_clears_a_cheque_before_its_day_or_tomorrow(books, party):
    held = make.posted(cheque(books, party, 50), verb="hold")
    for day in (ago(3), ago(-1)):
        with pytest.raises(InvalidInput) as refused:
            make.posted(held, verb="clear", date=day.isoformat())
        assert refused.value.field == "date"
    early = make.posted(cheque(books, party, 50, given=1, dated=-5), verb="hold")
    with pytest.raises(InvalidInput):
        make.posted(early, verb="clear")
    with pytest.raises(InvalidInput):
        make.posted(early, verb="bounce")


def test_what_was_paid_otherwise_meanwhile_stays_on_account(books, party):
    invoice, other = sold(books, party, 300), sold(books, party, 100)
    draft = cheque(books, party, 300, invoice)
    held = make.posted(draft, verb="hold")
    rows = [{"invoice": invoice, "amount": "120"}]
    make.receipt(company=books, party=party, amount=120, allocations=rows)
    done = make.posted(held, verb="clear")
    assert [row.amount for row in done.allocations.all()] == [D(180)]
    assert done.unallocated == D(120)
    other.refresh_from_db()
    assert other.balance_due == D(100)
    assert_subledger_equals_control(books)


def test_held_cheque_bounces_with_the_charges_of_the_bank_only(books, party):
    invoice = sold(books, party, 300)
    held = make.posted(cheque(books, party, 300, invoice), verb="hold")
    entries = JournalEntry.objects.count()
    done = make.posted(held, verb="bounce", reason="Funds insufficient", charges="59")
    invoice.refresh_from_db()
    assert (done.status, done.cancel_reason, invoice.balance_due) == ("bounced", "Funds insufficient", D(300))
    assert done.number
    assert JournalEntry.objects.count() == entries + 1
    assert_balanced()
    assert_subledger_equals_control(books)


def test_held_cheque_that_is_given_back_becomes_a_draft(books, party):
    held = make.posted(cheque(books, party, 300), verb="hold")
    with pytest.raises(Refused):
        make.posted(held, verb="cancel", reason="x")
    draft = make.posted(held, verb="release")
    assert (draft.status, draft.number) == ("draft", "")
    plain = make.receipt(
        company=books, party=party, amount=10, mode="cheque", instrument_date=ago(0), post=False
    )
    assert not is_post_dated(plain)
    with pytest.raises(Refused) as refused:
        make.posted(plain, verb="hold")
    assert refused.value.code == "not_post_dated"


def test_cheque_in_foreign_money_is_booked_at_the_rate_of_its_clearing(books, party):
    make.rate("USD", "80", ago(30))
    make.rate("USD", "82", ago(2))
    draft = cheque(books, party, 100, currency=make.currency("USD"))
    assert draft.base_total == D(8000)
    done = make.posted(make.posted(draft, verb="hold"), verb="clear")
    assert (done.exchange_rate, done.base_total) == (D(82), D(8200))
    assert Receipt.objects.get(pk=done.pk).journal_entry.exchange_rate == D(82)
    assert_balanced()


def test_own_cheque_to_a_vendor_leaves_the_bank_when_it_is_cleared(books):
    vendor = make.vendor()
    draft = make.payment(
        company=books,
        party=vendor,
        amount=500,
        mode="cheque",
        date=ago(10),
        instrument_date=ago(2),
        post=False,
    )
    held = make.posted(draft, verb="hold")
    assert held.journal_entry is None
    done = make.posted(held, verb="clear")
    assert (done.status, done.date) == ("posted", company_today())
    assert_subledger_equals_control(books)


def test_held_cheque_is_acknowledged_and_not_receipted(books, party):
    held = make.posted(cheque(books, party, 10), verb="hold")
    page = receipt_print(held)
    assert (page.title, page.number, page.watermark) == ("Cheque Acknowledgement", "004711", "Not cleared")
    done = make.posted(held, verb="clear")
    assert (receipt_print(done).title, receipt_print(done).number) == ("Receipt", done.number)


def test_home_counts_the_cheques_whose_day_has_come_and_opens_them(books, party, administrator):
    due = make.posted(cheque(books, party, 10), verb="hold")
    make.posted(cheque(books, party, 20, given=1, dated=-5), verb="hold")
    counted = next(row for row in counters_for(administrator)["accounting"] if "cheque=due" in row["url"])
    page = signed_in(administrator).get(counted["url"])
    assert counted["count"] == 1
    assert [row.pk for row in page.context["cl"].result_list] == [due.pk]
