"""The stock door: values by method, negative stock, idempotency, transfers, reversal, postings."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

import pytest
from django.db import DatabaseError, transaction

from apps.accounting.ledger import account_for
from apps.core.errors import InvalidInput, Locked, Refused
from apps.inventory.ledger import Move, MoveSet, move, move_sets, reverse_moves
from apps.inventory.models import StockMove, StockRow
from tests.factories.catalog import make_product
from tests.factories.inventory import DAY, goods, issue, make_place, place, receive, stock_company
from tests.kit.ledger import assert_balanced, balance
from tests.kit.stock import assert_stock_equals_ledger

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture(scope="module")
def standing_company(standing):
    return standing(stock_company)


@pytest.fixture(autouse=True)
def _books_agree(request, _tenant):
    yield
    if request.node.get_closest_marker("django_db"):
        assert_stock_equals_ledger()
        assert_balanced()


def stock_of(product, code="MAIN"):
    row = StockRow.objects.get(product=product, place__code=code)
    return row.quantity, row.value


@pytest.mark.parametrize(
    ("method", "value", "left"),
    [("fifo", "86.00", "26.00"), ("lifo", "92.00", "20.00"), ("moving_average", "89.60", "22.40")],
)
def test_storekeeper_issues_at_the_value_of_the_method(company, method, value, left):
    """Field note C7."""
    product = make_product(valuation_method=method)
    receive(company, product, 6, 10)
    receive(company, product, 4, 13)
    assert issue(company, product, 8).value == D(value)
    assert stock_of(product) == (2, D(left))
    assert balance(account_for(company, "stock")) == D(left)
    assert balance(account_for(company, "cost_of_sales")) == D(value)
    assert balance(account_for(company, "stock_received_not_billed")) == -112
    assert issue(company, product, 2).value == D(left)
    assert stock_of(product) == (0, 0)


@pytest.mark.parametrize(
    ("method", "value", "left"),
    [("fifo", "70.00", "82.00"), ("lifo", "92.00", "60.00"), ("moving_average", "81.07", "70.93")],
)
def test_backdated_receipt_revalues_later_issues_and_posts_the_difference(company, method, value, left):
    """Field note C8: 5 @ 8 entered later with an earlier date."""
    product = make_product(valuation_method=method)
    receive(company, product, 6, 10)
    receive(company, product, 4, 13)
    went = issue(company, product, 8, day=DAY + timedelta(3))
    before = balance(account_for(company, "cost_of_sales"))
    receive(company, product, 5, 8, day=DAY - timedelta(1))
    change = sum(went.revaluations.values_list("amount", flat=True), D(0))
    assert went.value + change == D(value)
    assert stock_of(product) == (7, D(left))
    assert balance(account_for(company, "cost_of_sales")) == before + change == D(value)


def test_backdated_issue_is_refused_when_a_later_day_would_go_negative(company):
    product = make_product(valuation_method="fifo")
    receive(company, product, 10, 5)
    issue(company, product, 8, day=DAY + timedelta(2))
    receive(company, product, 20, 6, day=DAY + timedelta(4))
    with pytest.raises(Refused) as refusal, transaction.atomic():
        issue(company, product, 3, day=DAY + timedelta(1))
    assert (refusal.value.code, refusal.value.field) == ("insufficient_stock", "lines.0.quantity")
    issue(company, product, 2, day=DAY + timedelta(1))
    assert stock_of(product) == (20, 120)


def test_a_changed_cost_travels_with_transfers_and_returns(company):
    """Backdated receipt → dearer transfer → dearer delivery from the second place → dearer return."""
    make_place(company, "SHOP")
    for method in ("moving_average", "fifo"):
        product = make_product(valuation_method=method)
        receive(company, product, 10, 10)
        goods(company, product, 4, "MAIN", "SHOP", day=DAY + timedelta(1))
        sold = goods(company, product, 3, "SHOP", "CUSTOMER", day=DAY + timedelta(2))[0]
        goods(
            company, product, 1, "CUSTOMER", "SHOP", day=DAY + timedelta(3), returned_move=sold,
        )  # fmt: skip
        assert sold.value == 30
        receive(company, product, 10, 20, day=DAY - timedelta(1))
        cost = D(15) if method == "moving_average" else D(20)
        change = sum(sold.revaluations.values_list("amount", flat=True), D(0))
        assert sold.value + change == 3 * cost
        assert stock_of(product, "SHOP") == (2, 2 * cost)


def test_no_stock_goes_negative_and_every_short_line_is_named(company):
    first, second = make_product(), make_product()
    receive(company, first, 5, 10)
    main, out = place(company), place(company, "CUSTOMER")
    lines = [
        Move(first, D(3), main, out, line_path="lines.0"),
        Move(first, D(3), main, out, line_path="lines.1"),
        Move(second, D(1), main, out, line_path="lines.2"),
    ]
    with pytest.raises(Refused) as refusal, transaction.atomic():
        move(lines, source=("t.t", 1), purpose="out", date=DAY, by=None)
    assert [e.field for e in refusal.value.errors] == ["lines.1.quantity", "lines.2.quantity"]
    assert refusal.value.status == 409
    assert stock_of(first) == (5, 50)
    assert not StockMove.objects.filter(purpose="out").exists()


def test_the_same_source_and_purpose_moves_once(company):
    product = make_product()
    first = receive(company, product, 5, 10, source=("t.t", 7))
    again = receive(company, product, 5, 10, source=("t.t", 7))
    assert first.pk == again.pk
    assert stock_of(product) == (5, 50)


def test_transfer_moves_value_and_posts_nothing(company):
    """Field note C27, with a stay in transit."""
    make_place(company, "B")
    product = make_product(valuation_method="fifo")
    receive(company, product, 10, 11)
    before = balance(account_for(company, "cost_of_sales"))
    goods(company, product, 10, "MAIN", "TRANSIT")
    assert stock_of(product, "TRANSIT") == (10, 110)
    goods(company, product, 10, "TRANSIT", "B", day=DAY + timedelta(1))
    assert [stock_of(product, code) for code in ("MAIN", "TRANSIT", "B")] == [(0, 0), (0, 0), (10, 110)]
    assert balance(account_for(company, "cost_of_sales")) == before
    assert balance(account_for(company, "stock")) == 110


def test_cancelled_issue_comes_back_at_its_own_cost(company):
    product = make_product()
    receive(company, product, 3, D("3.333333"))
    went = issue(company, product, 2, source=("t.delivery", 1))
    receive(company, product, 5, 99)
    with transaction.atomic():
        back = reverse_moves(("t.delivery", 1), "test", by=None)
    assert back[0].value == went.value
    assert back[0].reversal_of_id == went.pk
    assert balance(account_for(company, "cost_of_sales")) == 0
    again = reverse_moves(("t.delivery", 1), "test", by=None)
    assert [row.pk for row in again] == [row.pk for row in back]


def test_cancelled_receipt_leaves_from_its_own_layer(company):
    product = make_product(valuation_method="fifo")
    receive(company, product, 5, 10)
    receive(company, product, 5, 20, source=("t.inward", 1))
    reverse_moves(("t.inward", 1), "test", by=None)
    assert stock_of(product) == (5, 50)
    assert balance(account_for(company, "stock_received_not_billed")) == -50
    assert balance(account_for(company, "stock_adjustment")) == 0


def test_receipt_that_went_out_meanwhile_is_not_cancelled(company):
    product = make_product()
    receive(company, product, 5, 10, source=("t.inward", 1))
    issue(company, product, 3)
    with pytest.raises(Refused), transaction.atomic():
        reverse_moves(("t.inward", 1), "test", by=None)


def test_taken_back_receipt_at_average_posts_the_difference(company):
    product = make_product()
    receive(company, product, 5, 20, source=("t.inward", 1))
    receive(company, product, 5, 10)
    reverse_moves(("t.inward", 1), "test", by=None)
    assert stock_of(product) == (5, 75)
    assert balance(account_for(company, "stock_received_not_billed")) == -50
    assert balance(account_for(company, "stock_adjustment")) == -25


def test_standard_cost_books_the_variance(company):
    product = make_product(valuation_method="standard", standard_cost=D(10))
    receive(company, product, 10, 12)
    assert stock_of(product) == (10, 100)
    assert balance(account_for(company, "stock_adjustment")) == 20
    assert issue(company, product, 4).value == 40


def test_partly_returned_goods_come_back_at_the_cost_of_their_issue(company):
    product = make_product(valuation_method="fifo")
    receive(company, product, 6, 10)
    receive(company, product, 4, 13)
    went = issue(company, product, 8)
    back = goods(company, product, 3, "CUSTOMER", "MAIN", returned_move=went)[0]
    assert back.value == D("32.25")
    with pytest.raises(InvalidInput) as refusal, transaction.atomic():
        goods(company, product, 6, "CUSTOMER", "MAIN", returned_move=went)
    assert refusal.value.field == "lines.0.quantity"
    with pytest.raises(Refused), transaction.atomic():
        reverse_moves((went.source_kind, went.source_id), "test", by=None)


def test_goods_sent_back_to_the_vendor_leave_from_their_own_receipt(company):
    for method, left, variance in (("fifo", 60, 0), ("moving_average", D("67.50"), D("-7.50"))):
        product = make_product(valuation_method=method)
        before = balance(account_for(company, "stock_adjustment"))
        receive(company, product, 6, 10)
        dear = receive(company, product, 2, 15)
        goods(company, product, 2, "MAIN", "VENDOR", returned_move=dear)
        assert stock_of(product) == (6, left)
        assert balance(account_for(company, "stock_adjustment")) - before == variance
        with pytest.raises(InvalidInput), transaction.atomic():
            goods(company, product, 1, "MAIN", "VENDOR", returned_move=dear)


def test_wrong_moves_are_named(company):
    product, service = make_product(), make_product(product_kind="service", hsn="9983")
    other = stock_company()
    main, vendor = place(company), place(company, "VENDOR")
    lines = [
        Move(product, D(0), vendor, main, line_path="lines.0"),
        Move(service, D(1), vendor, main, line_path="lines.1"),
        Move(product, D(1), vendor, place(other), line_path="lines.2"),
        Move(product, D(1), vendor, place(company, "CUSTOMER"), line_path="lines.3"),
        Move(product, D(1), vendor, main, unit_cost=D(-1), line_path="lines.4"),
        Move(product, D("0.0000001"), vendor, main, line_path="lines.5"),
    ]
    with pytest.raises(InvalidInput) as refusal:
        move(lines, source=("t.t", 1), purpose="in", date=DAY, by=None)
    assert [e.field for e in refusal.value.errors] == [
        "lines.0.quantity", "lines.1.product", "lines.2.place", "lines.3.place", "lines.4.unit_cost",
        "lines.5.quantity",
    ]  # fmt: skip


def test_closed_period_refuses_goods_even_without_value(company):
    """C3: no goods move on a day of a closed month."""
    from apps.company.models import Period
    from apps.company.services.periods import period_close

    make_place(company, "B")
    product = make_product()
    receive(company, product, 5, 0)
    period_close(period=Period.objects.get(company=company, start__lte=DAY, end__gte=DAY), hard=True, by=None)
    with pytest.raises(Locked), transaction.atomic():
        goods(company, product, 1, "MAIN", "B")


def test_movements_never_change(company):
    row = receive(company, make_product(), 1, 1)
    with pytest.raises(DatabaseError), transaction.atomic():
        StockMove.objects.filter(pk=row.pk).untracked_update(quantity=2)
    with pytest.raises(DatabaseError), transaction.atomic():
        StockMove.objects.filter(pk=row.pk).delete()


def test_five_hundred_moves_cost_as_many_queries_as_one(company, django_assert_max_num_queries):
    products = [make_product(valuation_method="fifo") for _ in range(25)]
    main, vendor, out = (place(company, code) for code in ("MAIN", "VENDOR", "CUSTOMER"))
    coming = [Move(p, D(100), vendor, main, unit_cost=D(7)) for p in products]
    with django_assert_max_num_queries(26):
        move(coming, source=("t.t", 1), purpose="in", date=DAY, by=None)
    going = [Move(products[n % 25], D(2), main, out, line_path=f"lines.{n}") for n in range(500)]
    with django_assert_max_num_queries(26):
        made = move(going, source=("t.t", 2), purpose="out", date=DAY, by=None)
    assert len(made) == 500
    assert stock_of(products[0]) == (60, 420)


def test_many_documents_move_in_one_call(company, django_assert_max_num_queries):
    product = make_product()
    main, vendor, out = (place(company, code) for code in ("MAIN", "VENDOR", "CUSTOMER"))
    sets = [MoveSet([Move(product, D(100), vendor, main, unit_cost=D(3))], ("t.in", 1), "in", DAY)]
    sets += [
        MoveSet([Move(product, D(1), main, out)], ("t.out", n), "out", DAY + timedelta(n % 9))
        for n in range(90)
    ]
    sets.sort(key=lambda item: item.date)
    with django_assert_max_num_queries(30):
        made = move_sets(sets, by=None)
    assert [len(rows) for rows in made] == [1] * 91
    assert stock_of(product) == (10, 30)


def test_proof_finds_what_was_tampered_with_and_repairs_it(company):
    from apps.inventory.models import StockDay
    from apps.inventory.services.proof import stock_prove, stock_rebuild

    product = make_product(valuation_method="fifo")
    receive(company, product, 6, 10)
    issue(company, product, 2, day=DAY + timedelta(1))
    receive(company, product, 5, 8, day=DAY - timedelta(1))
    days = list(
        StockDay.objects.order_by("row", "date").values_list("date", "quantity", "value", "true_value")
    )
    StockRow.objects.filter(product=product).untracked_update(quantity=7, value=70)
    StockDay.objects.filter(row__product=product, date=DAY).untracked_update(value=1)
    assert {item.check for item in stock_prove()} >= {
        "stock rows against movements",
        "closing stock of days against movements",
        "layers against the row",
        "stock account against stock, by day",
    }
    stock_rebuild()
    again = list(
        StockDay.objects.order_by("row", "date").values_list("date", "quantity", "value", "true_value")
    )
    assert again == days
