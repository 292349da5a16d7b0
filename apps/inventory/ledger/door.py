"""The door to the stock ledger: the only code that writes movements.

Set-based: a call with 500 moves costs as many queries as one with a single move. Order of locks: periods,
stock rows by id, serial numbers, then the accounting journal's counter; inserts last.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import localcontext
from typing import Any

from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.accounting.ledger import post, reversal_day
from apps.company.models import Company
from apps.company.selectors import periods_hold
from apps.core.access import may
from apps.core.errors import ErrorList, Refused
from apps.core.money import EXACT, ZERO
from apps.inventory.ledger.errors import raise_short
from apps.inventory.ledger.posting import set_posting
from apps.inventory.ledger.replay import backdated, replay
from apps.inventory.ledger.request import Move, MoveSet, Step, moves_check, source_of
from apps.inventory.ledger.session import Session
from apps.inventory.ledger.worth import returned_so_far
from apps.inventory.models import StockMove

Key = tuple[str, int, str]


def move(
    moves: Sequence[Move],
    *,
    source: Any,
    purpose: str,
    date: date,
    by: Any,
    reason: str = "",
    narration: str = "",
) -> list[StockMove]:
    """Move goods for one document. See ``move_sets``; no moves, nothing happens."""
    if not moves:
        return []
    return move_sets([MoveSet(moves, source, purpose, date, narration)], by=by, reason=reason)[0]


def move_sets(sets: Sequence[MoveSet], *, by: Any, reason: str = "") -> list[list[StockMove]]:
    """Write movements, with their value in the books, in the caller's unit of work; in the order given.

    A source and purpose that moved before gives its movements again. Raises InvalidInput (wrong line, no
    period), Locked (closed period), Refused ``insufficient_stock`` naming ``lines.N.quantity``; then
    nothing is written. ``reason`` with ``company.post_soft_closed`` posts into a softly closed period.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("Goods move inside a unit of work only.")
    moves_check(sets)
    may_soft = bool(reason.strip()) and may(by, "company.post_soft_closed")
    periods_hold({(item.company_id, item.date) for item in sets}, may_soft=may_soft)
    session = Session(sets, by=by)
    session.lock()
    found = _existing(sets)
    todo = list({item.key: item for item in reversed(sets) if item.key not in found}.values())[::-1]
    if todo:
        _returns_check(todo)
        with localcontext(EXACT):
            for group in _groups(session, todo):
                found |= _write(session, group, by=by, reason=reason)
    return [found[item.key] for item in sets]


def _existing(sets: Sequence[MoveSet]) -> dict[Key, list[StockMove]]:
    """Movements that were made before for these sources and purposes; asked after the locks."""
    by_kind: dict[str, tuple[set[int], set[str]]] = {}
    for item in sets:
        kind, pk, purpose = item.key
        ids, purposes = by_kind.setdefault(kind, (set(), set()))
        ids.add(pk)
        purposes.add(purpose)
    condition = Q()
    for kind, (ids, purposes) in by_kind.items():
        condition |= Q(source_kind=kind, source_id__in=ids, purpose__in=purposes)
    found: dict[Key, list[StockMove]] = {}
    for row in StockMove.objects.filter(condition).order_by("id"):
        found.setdefault((row.source_kind, row.source_id, row.purpose), []).append(row)
    return found


def _returns_check(sets: Sequence[MoveSet]) -> None:
    """No more comes back than went out (or in). Raises InvalidInput naming the line."""
    returns = [m for item in sets for m in item.moves if m.returned_move is not None]
    if not returns:
        return
    so_far = returned_so_far(m.returned_move for m in returns if m.returned_move)
    errors = ErrorList()
    for item in returns:
        issue = item.returned_move
        assert issue is not None  # noqa: S101 - filtered above
        so_far[issue.pk] = so_far.get(issue.pk, ZERO) + item.quantity
        if issue.product_id != item.product.pk:
            errors.add(f"{item.line_path}.product", _("The goods that moved first were other ones."))
        elif so_far[issue.pk] > issue.quantity:
            errors.add(f"{item.line_path}.quantity", _("More comes back than moved first."), "max_value")
    errors.raise_if_any()


def _groups(session: Session, sets: list[MoveSet]) -> list[list[MoveSet]]:
    """Sets that can be written together: all, unless one is dated before a later movement."""
    last: dict[int, Any] = {}
    late = [item for item in sets if backdated(session, item, last)]
    return [[item] for item in sets] if late else [sets]


def _write(session: Session, sets: list[MoveSet], *, by: Any, reason: str) -> dict[Key, list[StockMove]]:
    """Value and write a group; what is dated before later movements is replayed."""
    companies = {row.pk: row for row in Company.objects.filter(pk__in={item.company_id for item in sets})}
    later = backdated(session, sets[0]) if len(sets) == 1 else set()
    session.load(sets)
    made: dict[Key, list[Step]] = {}
    postings = []
    if later:
        made[sets[0].key], postings = replay(session, sets[0], later, companies[sets[0].company_id])
    else:
        for item in sets:
            made[item.key] = session.apply(item)
        raise_short(session.errors)
        session.save()
    for item in sets:
        posting = set_posting(companies[item.company_id], item, made[item.key])
        if posting:
            postings.append(posting)
    post(postings, by=by, reason=reason)
    return {key: [step.row for step in steps if step.row] for key, steps in made.items()}


def reverse_moves(
    source: Any, purpose: str, *, by: Any, date: date | None = None, reason: str = ""
) -> list[StockMove]:
    """Take the movements of a document back: the same goods the other way, dated ``date``, else today or the
    first open day. Issues come back at their own cost; receipts leave from their own layer, and a
    difference to what was booked goes to stock adjustment. Repeating it gives the same movements.

    Raises Refused ``insufficient_stock`` when received goods have gone out meanwhile, and when some of the
    issued ones were returned already.
    """
    kind, pk = source_of(source)
    rows = StockMove.objects.filter(source_kind=kind, source_id=pk, purpose=purpose)
    found = list(
        rows.select_related("product__unit", "from_place", "to_place", "batch", "serial").order_by("-id")
    )
    if not found:
        return []
    if returned_so_far(found):
        raise Refused(_("Some of these goods were returned already."), code="invalid_transition")
    day = date or max(reversal_day(found[0].company_id), *(row.date for row in found))
    back = [_mirror(row, index) for index, row in enumerate(found)]
    item = MoveSet(back, source, f"{purpose}:reversal", day, _("Goods moved back"))
    return move_sets([item], by=by, reason=reason)[0]


def _mirror(row: StockMove, index: int) -> Move:
    return Move(
        product=row.product,
        quantity=row.quantity,
        from_place=row.to_place,
        to_place=row.from_place,
        batch=row.batch,
        serials=(row.serial,) if row.serial else (),
        line_path=f"lines.{index}",
        line_id=row.source_line_id,
        reversal_of=row,
    )
