"""A movement dated before later ones: what follows is valued anew, the difference is posted today.

The history of the product is replayed from the end of that day, over all places of the company (a transfer
carries a changed cost on). The books of past days stay as they are: each movement that is worth something
else now gets a ``StockRevaluation``, dated today or the first open day.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal

from django.db import connection
from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.ledger import Posting, reversal_day
from apps.company.models import Company
from apps.core.errors import FieldError, InvalidInput, Refused
from apps.core.formats import show_date, show_quantity
from apps.core.money import ZERO
from apps.inventory.calculation.valuation import money
from apps.inventory.choices import MovementKind as Kind
from apps.inventory.ledger.errors import InsufficientStock, raise_short, short
from apps.inventory.ledger.pools import Part, Pool
from apps.inventory.ledger.posting import change_posting
from apps.inventory.ledger.request import MoveSet, Step
from apps.inventory.ledger.rows import rows_of_products_lock
from apps.inventory.ledger.session import Session
from apps.inventory.ledger.store import days_store, layers_store, rows_store, true_days_store
from apps.inventory.ledger.worth import Cost, issue_costs
from apps.inventory.models import StockConsumption, StockDay, StockLayer, StockMove, StockRevaluation


def backdated(session: Session, item: MoveSet, last: dict[int, date] | None = None) -> set[int]:
    """Products of the set that moved at the same places on a later day. ``last``: moves still to be made."""
    found = set()
    by_pair = session.rows_by_pair()
    for move in item.moves:
        for place in (move.from_place, move.to_place):
            for row in by_pair.get((move.product.pk, place.pk), ()):
                latest = row.last_move_on or item.date
                if last is not None:
                    latest = max(latest, last.get(row.pk, latest))
                    last[row.pk] = max(latest, item.date)
                if latest > item.date:
                    found.add(move.product.pk)
    return found


@dataclass
class Replay:
    """What a replay found: movements worth something else, the parts they took, values at ends of days."""

    session: Session
    item: MoveSet
    products: set[int]
    changes: list[tuple[StockMove, Decimal, Decimal]] = field(default_factory=list)
    used: list[tuple[StockMove, tuple[Part, ...]]] = field(default_factory=list)
    points: dict[tuple[int, date], Decimal] = field(default_factory=dict)
    costs: dict[int, Cost] = field(default_factory=dict)
    known: dict[int, Cost] = field(default_factory=dict)

    def pools(self) -> list[Pool]:
        return [pool for key, pool in self.session.pools.items() if key[0] in self.products]


def replay(
    session: Session, item: MoveSet, products: set[int], company: Company
) -> tuple[list[Step], list[Posting]]:
    """Make a set of which these products are backdated; → its steps and the posting of the difference."""
    session.take_in(rows_of_products_lock(item.company_id, products))
    work = Replay(session, item, products)
    _serials_check(work)
    _to_past(work)
    steps = session.apply(item)
    raise_short(session.errors)
    session.save_moves()
    for pool in work.pools():
        work.points[pool.row.pk, item.date] = pool.value
    _again(work)
    _reserved_check(work)
    day = max(reversal_day(item.company_id), item.date)
    _store(work, day)
    posting = change_posting(
        company,
        MoveSet(item.moves, item.source, f"{item.purpose}:revaluation", day),
        [(_kind(move), amount) for move, amount, _exact in work.changes],
    )
    return steps, [posting] if posting else []


def _kind(move: StockMove) -> str:
    """A receipt that was taken back keeps what was booked against it: the difference is an adjustment."""
    if (move.reversal_of_id or move.returned_move_id) and move.movement_kind in (
        Kind.PURCHASE_RETURN,
        Kind.OPENING_BACK,
    ):
        return Kind.ADJUSTMENT_OUT
    return move.movement_kind


# --- the state at the end of the day ----------------------------------------------------------------


def _serials_check(work: Replay) -> None:
    """A piece that moved later can't have moved elsewhere before."""
    pieces = [s for m in work.item.moves if m.product.pk in work.products for s in m.serials]
    if not pieces:
        return
    codes = [getattr(piece, "code", piece) for piece in pieces]
    later = StockMove.objects.filter(
        product_id__in=work.products, serial__code__in=codes, date__gt=work.item.date
    ).select_related("serial")
    found = later.first()
    if found is not None:
        raise InvalidInput(
            _("%(serial)s moved on %(day)s already.")
            % {"serial": found.serial, "day": show_date(found.date)},
            field=f"{work.item.moves[0].line_path}.serials",
            code="backdated",
        )


def _to_past(work: Replay) -> None:
    """Put the pools of these products back to the end of the day."""
    pools = {pool.row.pk: pool for pool in work.pools()}
    day = work.item.date
    closings = (
        StockDay.objects.filter(row_id__in=pools, date__lte=day)
        .order_by("row_id", "-date")
        .distinct("row_id")
    )
    state = {row.row_id: (row.quantity, row.true_value) for row in closings}
    for pk, pool in pools.items():
        if pool.row.method_since is not None and pool.row.method_since > day:
            raise Refused(
                _("The valuation method changed on %(day)s: nothing can be entered before.")
                % {"day": show_date(pool.row.method_since)},
                code="backdated",
                field="date",
            )
        pool.quantity, pool.value = state.get(pk, (ZERO, ZERO))
        pool.past = True
        pool.open, pool.changed, pool.added = [], {}, []
    layers = StockLayer.objects.filter(row_id__in=pools, date__lte=day).annotate(
        taken=Sum("consumptions__quantity", filter=Q(consumptions__date__lte=day))
    )
    for layer in layers.order_by("date", "move_id", "part"):
        pool = pools[layer.row_id]
        layer.left = layer.quantity - (layer.taken or ZERO)
        pool.changed[id(layer)] = layer
        if layer.left > 0:
            pool.open.append(layer)


# --- what came after ----------------------------------------------------------------------------------


def _again(work: Replay) -> None:
    """Apply the later movements once more, in the order of day and entry."""
    later = list(
        StockMove.objects.filter(
            company_id=work.item.company_id, product_id__in=work.products, date__gt=work.item.date
        )
        .select_related("from_place", "to_place", "product__unit")
        .order_by("date", "id")
    )
    named = {pk for move in later for pk in (move.returned_move_id, move.reversal_of_id) if pk}
    earlier = named - {move.pk for move in later}
    work.known = issue_costs(later + list(StockMove.objects.filter(pk__in=earlier)))
    for move in later:
        _apply(work, move)


def _apply(work: Replay, move: StockMove) -> None:
    pools, known = work.session.pools, work.known[move.pk]
    value, exact, taken = known.value, known.exact_cost, None
    if move.from_place.holds_stock:
        pool = pools[move.product_id, move.from_place_id, move.batch_id]
        if pool.quantity < move.quantity:
            raise _would_lack(work, move, pool)
        taken = pool.issue(
            move.quantity, of_move=move.reversal_of_id or move.returned_move_id, serial_id=move.serial_id
        )
        value, exact = taken.value, taken.exact_cost
        if pool.layered:
            work.used.append((move, taken.parts))
        work.points[pool.row.pk, move.date] = pool.value
    if move.to_place.holds_stock:
        pool = pools[move.product_id, move.to_place_id, move.batch_id]
        if taken is not None:
            pool.receive(move, move.quantity, value, taken.parts)
        else:
            value, exact = _coming(work, move, value, exact)
            pool.receive_at(move, move.quantity, value, exact)
        work.points[pool.row.pk, move.date] = pool.value
    work.costs[move.pk] = Cost(move.quantity, value, exact, value)
    if value != known.value:
        work.changes.append((move, value - known.value, exact))


def _coming(work: Replay, move: StockMove, value: Decimal, exact: Decimal) -> tuple[Decimal, Decimal]:
    """Goods that come back are worth what their issue is worth now; others what they were."""
    named = move.returned_move_id or move.reversal_of_id
    if named is None:
        return value, exact
    cost = work.costs.get(named) or work.known[named]
    if move.quantity == cost.quantity:
        return cost.value, cost.exact_cost
    return money(move.quantity * cost.exact_cost), cost.exact_cost


def _would_lack(work: Replay, move: StockMove, pool: Pool) -> InsufficientStock:
    line = next((m for m in work.item.moves if m.product.pk == move.product_id), work.item.moves[0])
    text = _("%(product)s: on %(day)s %(needed)s went out, and only %(free)s would be left.") % {
        "product": move.product.code,
        "day": show_date(move.date),
        "needed": show_quantity(move.quantity),
        "free": show_quantity(pool.quantity),
    }
    return InsufficientStock([FieldError(f"{line.line_path}.quantity", text, InsufficientStock.code)])


def _reserved_check(work: Replay) -> None:
    """What is reserved for others today stays there."""
    for pool in work.pools():
        pool.past = False
        if pool.quantity < pool.row.reserved:
            line = next(m for m in work.item.moves if m.product.pk == pool.row.product_id)
            free = pool.quantity - pool.row.reserved + line.quantity
            found = short(line.line_path, line.product, line.quantity, free, str(line.from_place))
            raise InsufficientStock([found])


# --- writing --------------------------------------------------------------------------------------------


def _store(work: Replay, day: date) -> None:
    session, item = work.session, work.item
    row_ids = [pool.row.pk for pool in work.pools()]
    _forget(row_ids, item.date)
    pools = list(session.pools.values())
    layers_store(pools, [*session.used, *work.used])
    for pool in pools:
        pool.row.quantity, pool.row.value = pool.quantity, pool.value
    rows_store(pool.row for pool in pools)
    StockRevaluation.objects.bulk_create(
        StockRevaluation(
            source_kind=item.key[0],
            source_id=item.key[1],
            purpose=item.purpose,
            company_id=item.company_id,
            date=day,
            move=move,
            product_id=move.product_id,
            amount=amount,
            exact_cost=exact,
        )
        for move, amount, exact in work.changes
    )
    days_store(session.day_changes)
    days_store(list(_revalued_days(work, day)), true=False)
    true_days_store([(row, on, value) for (row, on), value in work.points.items()])
    session.save_rest()


def _revalued_days(work: Replay, day: date) -> Iterable[tuple[int, date, Decimal, Decimal]]:
    for move, amount, _exact in work.changes:
        for place, sign in ((move.from_place, -1), (move.to_place, 1)):
            if place.holds_stock:
                pool = work.session.pools[move.product_id, place.pk, move.batch_id]
                yield pool.row.pk, day, ZERO, sign * amount


def _forget(row_ids: list[int], day: date) -> None:
    """Layers and what was taken from them after the day: the replay made them anew."""
    after = day + timedelta(days=1)
    StockConsumption.objects.filter(layer__row_id__in=row_ids, date__gte=after).delete()
    with connection.cursor() as cursor:
        cursor.execute(
            "DELETE FROM inventory_stocklayer WHERE row_id = ANY(%s) AND date >= %s", [row_ids, after]
        )
