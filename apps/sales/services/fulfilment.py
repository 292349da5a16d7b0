"""The guarded counters of order lines: the only place that changes delivered, returned, invoiced, credited.

Each change is one statement that adds and checks at once, so that two deliveries of the last piece can't both
pass, whatever they read before. The database's CHECKs say the same for everybody else.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from django.db import connection
from django.utils.translation import gettext as _

from apps.core.errors import FieldError, Refused

Paths = Mapping[int, str]
"""{order line id: path of the field that named it}, for refusals."""

_ADD = {
    "delivered": ("delivered_quantity", "l.delivered_quantity - l.returned_quantity + v.q <= l.quantity"),
    "returned": ("returned_quantity", "l.returned_quantity + v.q <= l.delivered_quantity"),
    "invoiced": ("invoiced_quantity", "l.invoiced_quantity - l.credited_quantity + v.q <= l.quantity"),
    "credited": ("credited_quantity", "l.credited_quantity + v.q <= l.invoiced_quantity"),
}
_TAKE = {
    "delivered": ("delivered_quantity", "l.delivered_quantity - v.q >= l.returned_quantity"),
    "returned": ("returned_quantity", "l.delivered_quantity - l.returned_quantity + v.q <= l.quantity"),
    "invoiced": ("invoiced_quantity", "l.invoiced_quantity - v.q >= l.credited_quantity"),
    "credited": ("credited_quantity", "l.invoiced_quantity - l.credited_quantity + v.q <= l.quantity"),
}
_CODES = {"delivered": "over_delivery", "returned": "over_delivery", "invoiced": "over_delivery"}


def quantities_add(counter: str, quantities: Mapping[int, Decimal], *, paths: Paths | None = None) -> None:
    """Add to a counter of order lines. Raises Refused over_delivery (over_credit) naming the lines.

    What is delivered is reserved no more.
    """
    column, guard = _ADD[counter]
    change = f"{column} = l.{column} + v.q"
    if counter == "delivered":
        change += ", reserved_quantity = GREATEST(l.reserved_quantity - v.q, 0)"
    missing = _guarded(change, guard, quantities)
    if missing:
        raise OverQuantity(counter, missing, paths or {})


def quantities_take(counter: str, quantities: Mapping[int, Decimal], *, paths: Paths | None = None) -> None:
    """Take back from a counter (a cancelled delivery or invoice). Raises Refused when later steps need it."""
    column, guard = _TAKE[counter]
    missing = _guarded(f"{column} = l.{column} - v.q", guard, quantities)
    if missing:
        raise OverQuantity(counter, missing, paths or {})


def reserved_add(quantities: Mapping[int, Decimal]) -> None:
    """Change what order lines have reserved, by signed quantities."""
    _guarded("reserved_quantity = GREATEST(l.reserved_quantity + v.q, 0)", "TRUE", quantities)


def _guarded(change: str, guard: str, quantities: Mapping[int, Decimal]) -> list[int]:
    """One UPDATE for all lines; the ids that the guard kept back."""
    ids = sorted(quantities)
    if not ids:
        return []
    with connection.cursor() as cursor:
        cursor.execute(
            f"""WITH v AS (SELECT * FROM unnest(%s::bigint[], %s::numeric[]) AS t(id, q)),
                     held AS (SELECT l.id FROM sales_orderline l JOIN v USING (id) ORDER BY l.id FOR UPDATE)
                UPDATE sales_orderline l SET {change}
                FROM v JOIN held USING (id) WHERE l.id = v.id AND {guard} RETURNING l.id""",  # noqa: S608 - names of our own tables and columns, values are parameters
            [ids, [quantities[pk] for pk in ids]],
        )
        done = {row[0] for row in cursor.fetchall()}
    return [pk for pk in ids if pk not in done]


class OverQuantity(Refused):
    """More than the order allows; ``errors`` names each line."""

    def __init__(self, counter: str, line_ids: list[int], paths: Paths) -> None:
        code = _CODES.get(counter, "over_credit")
        detail = {
            "delivered": _("More than is still to be delivered on this line."),
            "returned": _("More than was delivered on this line."),
            "invoiced": _("More than was ordered on this line."),
        }.get(counter, _("More than was invoiced on this line."))
        self._errors = [FieldError(paths.get(pk, "lines"), detail, code) for pk in line_ids]
        super().__init__(detail, code=code, field=self._errors[0].field, data={"order_lines": line_ids})

    @property
    def errors(self) -> list[FieldError]:
        return self._errors
