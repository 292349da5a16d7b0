"""One call of the door at work: rows locked, stock in memory, movements valued one after the other."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from apps.catalog.choices import Tracking
from apps.core.actor import current_actor
from apps.core.copying import rows_insert
from apps.core.errors import ErrorList
from apps.core.money import ZERO, round_money, round_price, spread
from apps.core.rows import row_make
from apps.inventory.calculation.valuation import money
from apps.inventory.choices import MovementKind
from apps.inventory.ledger.errors import short
from apps.inventory.ledger.pools import Pool, Taken, receipt_worth
from apps.inventory.ledger.request import Move, MoveSet, Step, movement_kind
from apps.inventory.ledger.rows import Key, key_of, rows_lock, rows_make
from apps.inventory.ledger.serials import SerialBook
from apps.inventory.ledger.store import days_store, layers_store, reservations_store, rows_store
from apps.inventory.ledger.worth import fallback_costs, holdings, issue_costs
from apps.inventory.models import Reservation, StockLayer, StockMove, StockRow


class Session:
    """State of a call. ``steps``: what was worked out, in order; ``errors``: lines that lack stock."""

    def __init__(self, sets: Sequence[MoveSet], *, by: Any) -> None:
        self.sets, self.by = sets, by
        self.errors = ErrorList()
        self.steps: list[Step] = []
        self.pools: dict[Key, Pool] = {}
        self.used: list[tuple[StockMove, tuple[Any, ...]]] = []
        self.held: dict[tuple[str, int], list[Reservation]] = {}
        self.released: dict[int, Reservation] = {}
        self.day_changes: list[tuple[int, date, Decimal, Decimal]] = []
        self._pairs: dict[tuple[int, int], list[StockRow]] = {}
        self._pairs_of = -1

    # --- preparation ------------------------------------------------------------------------------

    def lock(self) -> None:
        """Lock the rows of every place that the moves touch; then read layers, serials, reservations."""
        moves = [move for item in self.sets for move in item.moves]
        pairs = {
            (move.product.pk, place.pk)
            for move in moves
            for place in (move.from_place, move.to_place)
            if place.holds_stock
        }
        self.take_in(rows_lock(pairs))
        coming = {
            (move.product.pk, move.to_place.pk, move.batch.pk if move.batch else None): (
                move.product,
                move.to_place,
            )
            for move in moves
            if move.to_place.holds_stock and not (move.from_place.holds_stock and move.batch is None)
        }
        self.take_in(rows_make({key: pair for key, pair in coming.items() if key not in self.pools}))

    def rows_by_pair(self) -> dict[tuple[int, int], list[StockRow]]:
        """{(product, place): its rows, one for each batch}; made anew when rows were added."""
        if self._pairs_of != len(self.pools):
            self._pairs, self._pairs_of = {}, len(self.pools)
            for (product, place, _batch), pool in self.pools.items():
                self._pairs.setdefault((product, place), []).append(pool.row)
        return self._pairs

    def take_in(self, rows: dict[Key, Any]) -> None:
        for key, row in rows.items():
            self.pools.setdefault(key, Pool(row, row.quantity, row.value))

    def load(self, sets: Sequence[MoveSet]) -> None:
        """What the valuing of these sets needs besides the rows."""
        self.steps, self.used, self.day_changes, self.released = [], [], [], {}
        for pool in self.pools.values():
            pool.open, pool.changed, pool.added = [], {}, []
        moves = [move for item in sets for move in item.moves]
        self._load_layers({m.product.pk for m in moves if m.from_place.holds_stock})
        self.serials = SerialBook(sets)
        self.held = holdings({move.holder for move in moves if move.holder})
        wanted = [move.returned_move or move.reversal_of for move in moves]
        self.issue_costs = issue_costs([row for row in wanted if row is not None])
        self.fallbacks = fallback_costs(
            {m.product for m in moves if not m.from_place.holds_stock and _without_cost(m)}
        )

    def _load_layers(self, product_ids: set[int]) -> None:
        wanted = {
            pool.row.pk: pool
            for pool in self.pools.values()
            if pool.layered and pool.quantity and pool.row.product_id in product_ids
        }
        if wanted:
            found = StockLayer.objects.filter(row_id__in=wanted, left__gt=0)
            for layer in found.order_by("date", "move_id", "part"):
                wanted[layer.row_id].open.append(layer)

    def pool(self, move: Move, place_id: int, batch_id: int | None) -> Pool:
        """The pool of a product at a place; its empty row is made when goods come there first."""
        key = (move.product.pk, place_id, batch_id)
        if key not in self.pools:
            self.take_in(rows_make({key: (move.product, move.to_place)}))
        return self.pools[key]

    # --- valuing ----------------------------------------------------------------------------------

    def apply(self, item: MoveSet) -> list[Step]:
        """Work out every move of a set against the stock in memory. Lacks go to ``errors``."""
        made: list[Step] = []
        for move in item.moves:
            for step in self._steps(move, item):
                step.row = self._ledger_row(step, len(made))
                if self.value(step):
                    made.append(step)
        self.steps.extend(made)
        return made

    def _steps(self, move: Move, item: MoveSet) -> list[Step]:
        """A move as one step, or one for each batch or serial piece."""
        kind = movement_kind(move.from_place, move.to_place)
        if move.serials:
            pieces = self.serials.take(move, self.errors) or []
            steps = [Step(move, item, kind, Decimal(1), move.batch or piece.batch, piece) for piece in pieces]
        elif move.product.tracking == Tracking.BATCH and move.batch is None and move.reversal_of is None:
            steps = [Step(move, item, kind, amount, pool.row.batch) for pool, amount in self._picked(move)]
        else:
            steps = [Step(move, item, kind, move.quantity, move.batch)]
        if move.value is not None and steps:
            shares = spread(round_money(move.value), [step.quantity for step in steps])
            for step, share in zip(steps, shares, strict=True):
                step.stated = share
        return steps

    def _picked(self, move: Move) -> list[tuple[Pool, Decimal]]:
        """Batches for an issue that names none: first what expires first, then the oldest."""
        rows = [
            pool
            for (product, place, _batch), pool in self.pools.items()
            if (product, place) == (move.product.pk, move.from_place.pk)
            and pool.quantity
            and not (pool.row.batch and pool.row.batch.blocked)
        ]
        rows.sort(key=_expiry)
        picked, left = [], move.quantity
        for pool in rows:
            amount = min(left, self.free(pool, move))
            if amount > 0:
                picked.append((pool, amount))
                left -= amount
        if left > 0:
            self._lack(move, move.quantity, move.quantity - left)
            return []
        return picked

    def free(self, pool: Pool, move: Move) -> Decimal:
        """What this move may take: on hand less what is reserved for others."""
        own = sum((r.quantity for r in self.held.get(move.holder, ()) if r.row_id == pool.row.pk), ZERO)  # type: ignore[arg-type]  # a move without holder finds nothing
        return pool.quantity if pool.past else pool.quantity - pool.row.reserved + own

    def _lack(self, move: Move, needed: Decimal, free: Decimal) -> None:
        self.errors.items.append(short(move.line_path, move.product, needed, free, str(move.from_place)))

    def value(self, step: Step) -> bool:
        """Value one step and change the pools. False when there isn't enough."""
        move, row = step.move, step.row
        assert row is not None  # noqa: S101 - made by apply
        taken: Taken | None = None
        if move.from_place.holds_stock:
            batch_id = step.batch.pk if step.batch else None
            pool = self.pools.get((move.product.pk, move.from_place.pk, batch_id))
            free = self.free(pool, move) if pool else ZERO
            if pool is None or free < step.quantity:
                self._lack(move, step.quantity, free)
                return False
            self._use_reservation(move, pool, step.quantity)
            taken = pool.issue(step.quantity, of_move=_named_receipt(move), serial_id=row.serial_id)
            step.value = step.paid = taken.value
            step.exact_cost = taken.exact_cost
            self._booked_against(step)
            self.used.append((row, taken.parts if pool.layered else ()))
            self._changed(pool, step, -1)
        if move.to_place.holds_stock:
            self._receive(step, taken)
        row.value, row.counter_value = step.value, step.paid
        row.exact_cost, row.unit_cost = step.exact_cost, round_price(step.exact_cost)
        return True

    def _booked_against(self, step: Step) -> None:
        """A receipt that goes back takes off what was booked for it, whatever it is worth now."""
        named = _named_receipt(step.move)
        if named is None or step.kind == MovementKind.TRANSFER:
            return
        cost = self.issue_costs[named]
        whole = step.quantity == cost.quantity
        step.paid = cost.paid if whole else money(step.quantity * cost.paid / cost.quantity)

    def _receive(self, step: Step, taken: Taken | None) -> None:
        move, row = step.move, step.row
        assert row is not None  # noqa: S101 - made by apply
        pool = self.pool(move, move.to_place.pk, step.batch.pk if step.batch else None)
        self._method(pool, step)
        if taken is not None:
            pool.receive(row, step.quantity, step.value, taken.parts)
        else:
            self._worth(step, pool)
            pool.receive_at(row, step.quantity, step.value, step.exact_cost)
        self._changed(pool, step, 1)

    def _method(self, pool: Pool, step: Step) -> None:
        """An empty row takes over how the product is valued now; the day of a change is kept."""
        row, wanted = pool.row, step.move.product.valuation_method
        if pool.quantity or pool.past or row.method == wanted:
            return
        row.method_since = None if row.last_move_on is None else step.date
        row.method = wanted

    def _worth(self, step: Step, pool: Pool) -> None:
        """What goods from outside are worth: stated, that of the issue that comes back, or as those here."""
        move = step.move
        named = move.returned_move or move.reversal_of
        if named is not None:
            cost = self.issue_costs[named.pk]
            whole = step.quantity == cost.quantity
            step.value = cost.value if whole else money(step.quantity * cost.exact_cost)
            step.exact_cost = cost.exact_cost
            step.paid = cost.paid if whole else step.value
            return
        unit_cost = move.unit_cost
        if unit_cost is None and step.stated is None:
            unit_cost = pool.average if pool.quantity else self.fallbacks.get(move.product.pk, ZERO)
        step.value, step.exact_cost, step.paid = receipt_worth(
            pool.row.method,
            step.quantity,
            unit_cost=unit_cost,
            value=step.stated,
            standard_cost=move.product.standard_cost,
        )

    def _changed(self, pool: Pool, step: Step, sign: int) -> None:
        row = pool.row
        row.last_move_on = max(row.last_move_on or step.date, step.date)
        self.day_changes.append((row.pk, step.date, sign * step.quantity, sign * step.value))

    def _use_reservation(self, move: Move, pool: Pool, quantity: Decimal) -> None:
        """The holder's reservation shrinks: first that of this row, then those of other batches there."""
        if move.holder is None:
            return
        own = self.held.get(move.holder, [])
        for held in sorted(own, key=lambda item: item.row_id != pool.row.pk):
            key = next((k for k, p in self.pools.items() if p.row.pk == held.row_id), None)
            if key is None or key[:2] != key_of(pool.row)[:2] or not held.quantity:
                continue
            used = min(quantity, held.quantity)
            held.quantity -= used
            quantity -= used
            self.pools[key].row.reserved -= used
            self.released[held.pk] = held

    # --- result -----------------------------------------------------------------------------------

    def _ledger_row(self, step: Step, position: int) -> StockMove:
        kind, source_id, purpose = step.set.key
        move, actor = step.move, current_actor()
        user = self.by if getattr(self.by, "pk", None) else actor.user
        return row_make(
            StockMove,
            source_kind=kind,
            source_id=source_id,
            purpose=purpose,
            position=position,
            company_id=step.set.company_id,
            date=step.date,
            movement_kind=step.kind,
            product=move.product,
            from_place=move.from_place,
            to_place=move.to_place,
            batch=step.batch,
            serial_id=step.serial.pk if step.serial else None,
            quantity=step.quantity,
            source_line_id=move.line_id,
            returned_move=move.returned_move,
            reversal_of=move.reversal_of,
            actor_id=getattr(user, "pk", None),
            actor_name=str(user or actor.label)[:200],
            actor_mail=getattr(user, "email", "") or "",
        )

    def save_moves(self) -> None:
        """Insert the movements (and new serial numbers, which they name)."""
        self.serials.create()
        for step in self.steps:
            if step.row is not None and step.serial is not None:
                step.row.serial_id = step.serial.pk
        rows_insert([step.row for step in self.steps if step.row])

    def save(self) -> None:
        """Write everything that was worked out."""
        self.save_moves()
        pools = list(self.pools.values())
        layers_store(pools, self.used)
        for pool in pools:
            pool.row.quantity, pool.row.value = pool.quantity, pool.value
        rows_store(pool.row for pool in pools)
        days_store(self.day_changes)
        self.save_rest()

    def save_rest(self) -> None:
        """Where the serial pieces are now, and what is left of reservations."""
        self.serials.store()
        reservations_store(self.released.values())


def _expiry(pool: Pool) -> tuple[bool, date, int]:
    batch = pool.row.batch
    expires = batch.expires_on if batch else None
    return (expires is None, expires or date.max, pool.row.pk)


def _named_receipt(move: Move) -> int | None:
    """The receipt that an issue takes back."""
    named = move.reversal_of or move.returned_move
    return named.pk if named is not None and move.from_place.holds_stock else None


def _without_cost(move: Move) -> bool:
    return move.unit_cost is None and move.value is None and not (move.returned_move or move.reversal_of)
