"""What many people may fight over. Each contest prepares its rounds, lets one contestant try, and judges.

``attempt`` returns what it won and raises Refused or Busy when somebody else was first. ``without_guard``
switches off what makes the contest fair; the judge has to notice.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from threading import Barrier
from typing import Any

from apps.accounting.ledger import account_for
from apps.accounting.models import (
    Allocation,
    CreditNote,
    Invoice,
    Journal,
    JournalEntry,
    OpenItem,
    Voucher,
)
from apps.accounts.models import User
from apps.company.models import NumberSeries
from apps.company.selectors import company_today
from apps.company.services import series
from apps.core.api import transaction as api_transaction
from apps.core.errors import Busy, Refused
from apps.core.uow import run_in_unit_of_work
from apps.documents.lifecycle import transition_run
from apps.inventory.models import StockMove, StockRow
from apps.parties.models import Party
from apps.runtime.models import IdempotencyKey
from apps.sales.models import Delivery, Order, OrderLine
from apps.sales.services.orders import order_compute
from apps.sales.services.quotations import document_store
from tests.factories import invoicing as make
from tests.factories.inventory import issue, receive, stock_company
from tests.factories.sales import Shop
from tests.kit.clients import ApiClient
from tests.kit.ledger import assert_balanced
from tests.kit.owner import owner_connection
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control
from tests.kit.threads import run_in_threads

THREADS = 16
D = Decimal
Results = list[list[Any]]
"""[round][thread] → what was won, or the exception."""


def hold_contest(rounds: int, attempt: Callable[[int, int], Any], *, threads: int = THREADS) -> Results:
    """Each round starts for all threads at once."""
    start = Barrier(threads)

    def work(thread: int) -> list[Any]:
        found = []
        for number in range(rounds):
            start.wait(300)
            try:
                found.append(attempt(number, thread))
            except Exception as error:  # the judge looks at it
                found.append(error)
        return found

    results = run_in_threads(threads, work)
    broken = [r for r in results if isinstance(r, Exception)]
    assert not broken, broken
    return [list(row) for row in zip(*results, strict=True)]


def winners(row: list[Any]) -> list[Any]:
    return [result for result in row if not isinstance(result, Exception)]


def losers(row: list[Any]) -> list[Exception]:
    return [result for result in row if isinstance(result, Exception)]


def losers_were_told(results: Results) -> None:
    """Whoever lost got a refusal of ours, no error of the database or of Python."""
    odd = [r for row in results for r in losers(row) if not isinstance(r, (Refused, Busy))]
    assert not odd, [repr(error)[:300] for error in odd[:3]]


def one_winner_each(results: Results) -> None:
    losers_were_told(results)
    counts = [len(winners(row)) for row in results]
    assert set(counts) == {1}, counts


def unlocked(model: Any, pks: Any, **_how: Any) -> list[Any]:
    return list(model._base_manager.filter(pk__in=list(pks)).order_by("pk"))


def unlocked_row(model: Any, pk: int, **_how: Any) -> Any:
    return model._base_manager.get(pk=pk)


def gapless(numbers: list[str]) -> None:
    taken = sorted(int(number.rsplit("/", 1)[1]) for number in numbers)
    assert taken == list(range(1, len(taken) + 1))


class DoublePosting:
    """One invoice, everybody presses Post."""

    def prepare(self, rounds: int) -> None:
        self.books, party = make.company(round_to_rupee=False), make.customer()
        item = make.product(tax_category="EXEMPT")
        lines = [{"product": item, "unit_price": 100}]
        self.drafts = [make.invoice(company=self.books, party=party, lines=lines).pk for _ in range(rounds)]

    def attempt(self, number: int, _thread: int) -> Any:
        draft = Invoice(pk=self.drafts[number])
        return run_in_unit_of_work(lambda: transition_run(draft, "post", by=None)).number

    def judge(self, results: Results) -> None:
        one_winner_each(results)
        gapless(list(Invoice.objects.values_list("number", flat=True)))
        assert JournalEntry.objects.count() == OpenItem.objects.count() == len(self.drafts)
        assert_subledger_equals_control(self.books)

    def without_guard(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("apps.documents.lifecycle.lock_row", unlocked_row)


class LastPiece:
    """One piece is there, everybody sells one."""

    def prepare(self, rounds: int) -> None:
        self.company = run_in_unit_of_work(stock_company)
        self.products = [make.product() for _ in range(rounds)]
        for product in self.products:
            run_in_unit_of_work(lambda product=product: receive(self.company, product, 1, 10))

    def attempt(self, number: int, thread: int) -> Any:
        source = ("t.contest", number * 100 + thread)
        sell = lambda: issue(self.company, self.products[number], 1, source=source).pk  # noqa: E731 - a race needs a callable
        return run_in_unit_of_work(sell)

    def judge(self, results: Results) -> None:
        one_winner_each(results)
        assert StockMove.objects.filter(movement_kind="sales_delivery").count() == len(self.products)
        assert not StockRow.objects.filter(product__in=self.products, quantity__lt=0).exists()
        assert_stock_equals_ledger()

    def without_guard(self, monkeypatch: Any) -> None:
        def unlocked_found(found: Any) -> list[Any]:
            return list(found.order_by("pk").all())

        monkeypatch.setattr("apps.inventory.ledger.rows.lock_found", unlocked_found)


class SeriesNumbers:
    """Everybody numbers a document; every seventh changes his mind after he had the number."""

    def prepare(self, rounds: int) -> None:
        self.books = make.company()
        self.take(0)

    def take(self, _number: int) -> str:
        return run_in_unit_of_work(self._number)

    def _number(self) -> str:
        return series.number_take(company=self.books, record_kind="accounting.invoice", day=company_today())

    def attempt(self, number: int, thread: int) -> Any:
        def work() -> str:
            taken = self._number()
            if (number + thread) % 7 == 0:
                raise Refused("changed his mind")
            return taken

        return run_in_unit_of_work(work)

    def judge(self, results: Results) -> None:
        losers_were_told(results)
        taken = [number for row in results for number in winners(row)]
        asked = sum((n + t) % 7 != 0 for n in range(len(results)) for t in range(THREADS))
        assert len(taken) == asked
        ends = sorted(int(number.rsplit("/", 1)[1]) for number in taken)
        assert ends == list(range(2, asked + 2))

    def without_guard(self, monkeypatch: Any) -> None:
        def read_and_write_back(company_id: int, record_kind: str, day: Any, count: int) -> Any:
            found = NumberSeries.objects.select_related("fiscal_year").filter(fiscal_year__start__lte=day)
            row = found.get(company=company_id, record_kind=record_kind, fiscal_year__end__gte=day)
            changed = {"next_number": row.next_number + count, "last_number": row.next_number + count - 1}
            NumberSeries.objects.filter(pk=row.pk).untracked_update(**changed)
            return row.pattern, row.next_number, row.fiscal_year.start, row.fiscal_year.end

        monkeypatch.setattr(series, "_take", read_and_write_back)


class IdempotencyKeys:
    """One key, one body, everybody sends it."""

    def prepare(self, rounds: int) -> None:
        self.user = User.objects.get(email="asha@acme.example")
        self.clients = [ApiClient(self.user) for _ in range(THREADS)]

    def attempt(self, number: int, thread: int) -> Any:
        body = {"display_name": f"Twin {number:03d}", "legal_name": "Twin", "is_customer": True}
        body |= {"tax_treatment": "unregistered", "place_of_supply": "27"}
        client = self.clients[thread].client
        key = f"twin-{number}"
        answer = client.post("/api/v1/parties/parties/", body, format="json", HTTP_IDEMPOTENCY_KEY=key)
        if answer.status_code == 409 and answer["Retry-After"]:
            raise Busy("told to come back")
        assert answer.status_code == 201, answer.content
        return answer.json()["data"]["id"]

    def judge(self, results: Results) -> None:
        losers_were_told(results)
        for row in results:
            assert len(set(winners(row))) == 1, row
        assert Party.objects.filter(legal_name="Twin").count() == len(results)
        assert IdempotencyKey.objects.filter(key__startswith="twin-").count() == len(results)

    def without_guard(self, monkeypatch: Any) -> None:
        monkeypatch.setattr(api_transaction, "_guard", [])


class OverCredit:
    """Two pieces were billed; everybody gives one back."""

    def prepare(self, rounds: int) -> None:
        self.books, party = make.company(round_to_rupee=False), make.customer()
        line = {"product": make.product(tax_category="EXEMPT"), "unit_price": 100, "quantity": 2}
        self.invoices = [
            make.invoice(company=self.books, party=party, lines=[line], post=True) for _ in range(rounds)
        ]
        self.lines = [invoice.lines.get().pk for invoice in self.invoices]
        self.drafted = Barrier(THREADS)

    def attempt(self, number: int, _thread: int) -> Any:
        row = {"invoice_line_id": self.lines[number], "quantity": 1}
        try:
            draft = make.credit_note(
                invoice=Invoice.objects.get(pk=self.invoices[number].pk), lines=[row],
                reason_code="sales_return", moves_stock=False,
            )  # fmt: skip
        finally:
            self.drafted.wait(300)
        return run_in_unit_of_work(lambda: transition_run(draft, "post", by=None)).number

    def judge(self, results: Results) -> None:
        losers_were_told(results)
        assert {len(winners(row)) for row in results} == {2}
        assert CreditNote.objects.filter(status="posted").count() == 2 * len(results)
        gapless(list(CreditNote.objects.filter(status="posted").values_list("number", flat=True)))
        assert not OpenItem.objects.exclude(open_amount=0).exists()
        assert_subledger_equals_control(self.books)

    def without_guard(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("apps.accounting.invoicing.credit_notes.lock_row", unlocked_row)


class OverDelivery:
    """One piece of a line is still to go; everybody delivers it."""

    def prepare(self, rounds: int) -> None:
        shop = run_in_unit_of_work(Shop)
        run_in_unit_of_work(lambda: shop.stock(shop.chair, 1000))

        def work() -> Order:
            made = Order(company=shop.company, party=shop.customer)
            places = range(1, rounds + 1)
            lines = [OrderLine(product=shop.chair, quantity=D(1), position=place) for place in places]
            order_compute(made, lines, [])
            document_store(made, lines=lines, parent="order")
            return transition_run(made, "confirm", by=None)

        self.order = run_in_unit_of_work(work)
        self.lines = list(self.order.lines.order_by("position").values_list("pk", flat=True))
        self.drafted = Barrier(THREADS)

    def attempt(self, number: int, _thread: int) -> Any:
        wanted = {"lines": [{"line": self.lines[number], "quantity": "1"}]}
        order = Order(pk=self.order.pk)
        try:
            draft = run_in_unit_of_work(lambda: transition_run(order, "deliver", by=None, data=wanted))
        finally:
            self.drafted.wait(300)
        return run_in_unit_of_work(lambda: transition_run(draft, "post", by=None)).number

    def judge(self, results: Results) -> None:
        one_winner_each(results)
        lines = OrderLine.objects.filter(order=self.order)
        assert set(lines.values_list("delivered_quantity", flat=True)) == {D(1)}
        gapless(list(Delivery.objects.filter(status="posted").values_list("number", flat=True)))
        assert_stock_equals_ledger()

    def without_guard(self, monkeypatch: Any) -> None:
        from tests.sales.test_races import unguarded

        with owner_connection() as owner:
            owner.execute("ALTER TABLE sales_orderline DROP CONSTRAINT sales_orderline_not_over_delivered")
        monkeypatch.setattr("apps.sales.services.fulfilment._guarded", unguarded)


class AllocatedTwice:
    """A receipt of 100; everybody sets it against another invoice of 100."""

    def prepare(self, rounds: int) -> None:
        self.books, party = make.company(round_to_rupee=False), make.customer()
        item = make.product(tax_category="EXEMPT")
        lines = [{"product": item, "unit_price": 100 * rounds}]
        self.receipts = [make.receipt(company=self.books, party=party, amount=100) for _ in range(rounds)]
        self.invoices = [
            make.invoice(company=self.books, party=party, lines=lines, post=True) for _ in range(THREADS)
        ]

    def attempt(self, number: int, thread: int) -> Any:
        plan = [{"invoice": self.invoices[thread], "amount": D(100)}]
        return make.posted(self.receipts[number], verb="allocate", allocations=plan).pk

    def judge(self, results: Results) -> None:
        one_winner_each(results)
        assert Allocation.objects.filter(undone_at=None).count() == len(results)
        assert_subledger_equals_control(self.books)

    def without_guard(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("apps.documents.lifecycle.lock_row", unlocked_row)
        monkeypatch.setattr("apps.accounting.payments.money.lock_row", unlocked_row)
        monkeypatch.setattr("apps.accounting.payments.allocation.lock_rows", unlocked)


class DoubleReversal:
    """One posted voucher, everybody reverses it."""

    def prepare(self, rounds: int) -> None:
        self.books = make.company()
        cash, sales = (account_for(self.books, role) for role in ("cash", "sales"))
        journal = Journal.objects.get(company=self.books, code="general")
        self.vouchers = []
        for _ in range(rounds):
            made = Voucher.objects.create(
                company=self.books, date=company_today(), journal=journal, debit_total=5, credit_total=5
            )
            made.lines.create(position=1, account=cash, debit=5, credit=0)
            made.lines.create(position=2, account=sales, debit=0, credit=5)
            run_in_unit_of_work(lambda made=made: transition_run(made, "post", by=None))
            self.vouchers.append(made.pk)

    def attempt(self, number: int, _thread: int) -> Any:
        voucher = Voucher(pk=self.vouchers[number])
        return run_in_unit_of_work(lambda: transition_run(voucher, "reverse", by=None)).pk

    def judge(self, results: Results) -> None:
        one_winner_each(results)
        assert JournalEntry.objects.filter(company=self.books).count() == 2 * len(self.vouchers)

    def without_guard(self, monkeypatch: Any) -> None:
        monkeypatch.setattr("apps.documents.lifecycle.lock_row", unlocked_row)


CONTESTS = (
    DoublePosting, LastPiece, SeriesNumbers, IdempotencyKeys, OverCredit, OverDelivery, AllocatedTwice,
    DoubleReversal,
)  # fmt: skip


def judge(contest: Any, results: Results) -> None:
    """Raises AssertionError when the contest was unfair or the books disagree afterwards."""
    contest.judge(results)
    assert_balanced()
