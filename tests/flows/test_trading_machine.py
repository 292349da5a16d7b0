"""Any trading day keeps four proofs: books balance, receivables and payables equal their control accounts,
stock equals its account, and the taxes of the documents stand on the tax accounts (C30).

Hypothesis plays a clerk: orders, deliveries in parts, invoices, kits, returns, credit and debit notes,
receipts, cancellations and closed months in any order.
"""

from __future__ import annotations

from decimal import Decimal

import pytest
from django.db import connection, transaction
from django.db.models import Sum
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule
from hypothesis.stateful import run_state_machine_as_test as play

from apps.accounting.models import CreditNote, DebitNote, Invoice, JournalLine, Receipt
from apps.catalog.models import KitComponent
from apps.company.models import Period
from apps.company.selectors import company_today
from apps.sales.models import Delivery, Order
from apps.sales.services.proof import company_prove
from tests.factories.catalog import make_product
from tests.factories.sales import Shop
from tests.kit.ledger import assert_balanced
from tests.kit.subledger import assert_subledger_equals_control

pytestmark = pytest.mark.django_db
TAXES = ("cgst", "sgst", "igst", "cess")
REFUSED = (400, 409, 423)
quantities = st.integers(1, 6).map(str)
prices = st.sampled_from(("1000", "333.33", "0.07", "7000"))
picks = st.integers(0, 50)


class TradingDay(RuleBasedStateMachine):
    """One company, one customer in another state, goods and a kit; today's documents only."""

    api = None  # set by the test

    def __init__(self):
        super().__init__()
        self.block = transaction.atomic()
        self.block.__enter__()

    def teardown(self):
        transaction.set_rollback(True)
        self.block.__exit__(None, None, None)

    @initialize()
    def open_the_shop(self):
        self.shop = Shop(gstin="29AAPFU0939F1ZR", tax_treatment="regular")
        self.kit = make_product(name="Set", product_kind="kit", sale_price="7000")
        KitComponent.objects.create(kit=self.kit, component=self.shop.chair, quantity=4)
        KitComponent.objects.create(kit=self.kit, component=self.shop.table, quantity=1)
        self.shop.stock(self.shop.chair, 40, "600.37")
        self.shop.stock(self.shop.table, 9, "2000.11")
        self.products = (self.shop.chair, self.shop.table, self.kit, self.shop.fitting)

    # --- what the clerk does --------------------------------------------------------------------------

    def send(self, path, body=None):
        """The answer's record, None when it was refused; anything but success or a clear refusal fails."""
        answer = self.api.client.post(f"/api/v1/{path}", body or {}, format="json")
        if answer.status_code in REFUSED:
            assert answer.json()["errors"], answer.content
            return None
        assert answer.status_code in (200, 201), (path, answer.status_code, answer.content)
        return answer.json()["data"]

    def made(self, path, body, verb="post"):
        draft = self.send(path, body)
        return draft and self.send(f"{path}{draft['id']}/{verb}/")

    def pick(self, model, number, *states):
        rows = list(model.objects.filter(company=self.shop.company, status__in=states).order_by("pk"))
        return rows[number % len(rows)] if rows else None

    def lines(self, product, quantity, price):
        return {"product": self.products[product % 4].pk, "quantity": quantity, "unit_price": price}

    @rule(product=picks, quantity=quantities, price=prices)
    def order(self, product, quantity, price):
        self.made("sales/orders/", self.shop.draft(self.lines(product, quantity, price)), "confirm")

    @rule(which=picks, quantity=quantities)
    def deliver(self, which, quantity):
        found = self.pick(Order, which, "confirmed")
        if found is not None:
            line = found.lines.get()
            body = {"lines": [{"line": line.pk, "quantity": quantity}]}
            draft = self.send(f"sales/orders/{found.pk}/deliver/", body)
            if draft:
                self.send(f"sales/deliveries/{draft['id']}/post/")

    @rule(which=picks)
    def bill_the_order(self, which):
        found = self.pick(Order, which, "confirmed")
        draft = found and self.send(f"sales/orders/{found.pk}/invoice/")
        if draft:
            self.send(f"accounting/invoices/{draft['id']}/post/")

    @rule(product=picks, quantity=quantities, price=prices)
    def bill_directly(self, product, quantity, price):
        body = self.shop.draft(self.lines(product, quantity, price), moves_stock=True)
        self.made("accounting/invoices/", body)

    @rule(which=picks, quantity=quantities)
    def take_back(self, which, quantity):
        found = self.pick(Delivery, which, "posted")
        if found is not None:
            body = {"lines": [{"line": found.lines.first().pk, "quantity": quantity}], "reason": "Scratched"}
            self.send(f"sales/deliveries/{found.pk}/return/", body)

    @rule(which=picks, quantity=quantities, goods=st.booleans())
    def credit(self, which, quantity, goods):
        found = self.pick(Invoice, which, "posted")
        if found is not None:
            row = {"invoice_line": found.lines.first().pk, "quantity": quantity}
            body = {"invoice": found.pk, "date": company_today().isoformat(), "lines": [row]}
            self.made("accounting/credit-notes/", {**body, "moves_stock": goods})

    @rule(which=picks)
    def post_a_waiting_credit_note(self, which):
        found = self.pick(CreditNote, which, "draft")
        if found is not None:
            self.send(f"accounting/credit-notes/{found.pk}/post/")

    @rule(which=picks, price=prices)
    def debit(self, which, price):
        found = self.pick(Invoice, which, "posted")
        if found is not None:
            row = {"invoice_line": found.lines.first().pk, "quantity": "1", "unit_price": price}
            body = {"invoice": found.pk, "date": company_today().isoformat(), "lines": [row]}
            self.made("accounting/debit-notes/", body)

    @rule(which=picks, share=st.sampled_from(("0.3", "1", "1.5")))
    def receive(self, which, share):
        found = self.pick(Invoice, which, "posted")
        if found is not None and found.balance_due:
            amount = (found.balance_due * Decimal(share)).quantize(Decimal("0.01")) or Decimal("0.01")
            part = min(amount, found.balance_due)
            body = {
                "company": self.shop.company.pk, "party": found.party_id, "mode": "upi",
                "date": company_today().isoformat(), "amount": str(amount),
                "allocations": [{"invoice": found.pk, "amount": str(part)}],
            }  # fmt: skip
            self.made("accounting/receipts/", body)

    @rule(which=picks, kind=st.sampled_from((Invoice, CreditNote, DebitNote, Receipt, Delivery)))
    def cancel(self, which, kind):
        found = self.pick(kind, which, "posted")
        if found is not None:
            path = {
                Invoice: "accounting/invoices", CreditNote: "accounting/credit-notes",
                DebitNote: "accounting/debit-notes", Receipt: "accounting/receipts",
                Delivery: "sales/deliveries",
            }[kind]  # fmt: skip
            self.send(f"{path}/{found.pk}/cancel/", {"reason": "Wrong"})

    @rule(shut=st.booleans())
    def close_or_open_the_month(self, shut):
        today = company_today()
        month = Period.objects.get(company=self.shop.company, start__lte=today, end__gte=today)
        verb = "close" if shut else "reopen"
        self.send(f"company/periods/{month.pk}/{verb}/", {"reason": "Audit"})

    @precondition(lambda self: hasattr(self, "shop") and not self.month_open())
    @rule()
    def nothing_posts_into_a_closed_month(self):
        before = JournalLine.objects.count()
        body = self.shop.draft(self.lines(3, "1", "500"))
        assert self.made("accounting/invoices/", body) is None
        assert JournalLine.objects.count() == before

    def month_open(self):
        today = company_today()
        return Period.objects.filter(
            company=self.shop.company, start__lte=today, end__gte=today, status="open"
        ).exists()

    # --- what must hold after every step --------------------------------------------------------------

    @invariant()
    def the_company_proves_itself(self):
        if not hasattr(self, "shop"):
            return
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        pairs, problems = company_prove(self.shop.company)
        assert problems == []
        assert [pair for pair in pairs if not pair.agrees] == []

    @invariant()
    def taxes_of_the_documents_stand_on_their_accounts(self):
        if not hasattr(self, "shop"):
            return
        for tax in TAXES:
            owed = sum(
                (
                    sign * (rows.aggregate(total=Sum(f"{tax}_total"))["total"] or 0)
                    for sign, rows in self.documents()
                ),
                Decimal(0),
            )
            lines = JournalLine.objects.filter(company=self.shop.company, tax_role=f"{tax}_output")
            assert owed == -(lines.aggregate(total=Sum("base_amount"))["total"] or 0), tax

    def documents(self):
        for sign, model in ((1, Invoice), (1, DebitNote), (-1, CreditNote)):
            yield sign, model.objects.filter(company=self.shop.company, status="posted", reverse_charge=False)

    @invariant()
    def nobody_got_back_more_than_was_billed(self):
        if hasattr(self, "shop"):
            for row in Invoice.objects.filter(company=self.shop.company, status="posted"):
                notes = row.credit_notes.filter(status="posted")
                assert (notes.aggregate(total=Sum("grand_total"))["total"] or 0) <= row.grand_total


class WholeDay(TradingDay):
    """The same, and at its end the ledger is sealed and every day's sub-ledger compared."""

    def teardown(self):
        try:
            if hasattr(self, "shop"):
                assert_balanced()
                assert_subledger_equals_control(self.shop.company)
        finally:
            super().teardown()


def test_any_trading_day_keeps_the_four_proofs(api):
    WholeDay.api = api
    how = settings(
        max_examples=8, stateful_step_count=14, deadline=None, suppress_health_check=list(HealthCheck)
    )
    play(WholeDay, settings=how)


@pytest.mark.full
def test_many_trading_days_keep_the_four_proofs(api):
    WholeDay.api = api
    how = settings(
        max_examples=60, stateful_step_count=30, deadline=None, suppress_health_check=list(HealthCheck)
    )
    play(WholeDay, settings=how)
