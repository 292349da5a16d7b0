"""Writing what a call of the door worked out: inserts, and one UPDATE per table however many rows."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from django.db import connection

from apps.core.copying import rows_insert
from apps.core.rows import row_make
from apps.inventory.ledger.pools import Part, Pool
from apps.inventory.models import Reservation, StockConsumption, StockMove, StockRow

DayChange = tuple[int, date, Decimal, Decimal]
"""(row id, day, change of quantity, change of value)"""


def rows_store(rows: Iterable[StockRow]) -> None:
    """Write the new state of locked rows."""
    found = sorted(rows, key=lambda row: row.pk)
    if not found:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """UPDATE inventory_stockrow r
                  SET quantity = d.quantity, value = d.value, reserved = d.reserved, method = d.method,
                      method_since = d.since, last_move_on = d.last
                 FROM unnest(%s::bigint[], %s::numeric[], %s::numeric[], %s::numeric[], %s::text[],
                             %s::date[], %s::date[]) AS d(id, quantity, value, reserved, method, since, last)
                WHERE r.id = d.id""",
            [
                [row.pk for row in found],
                [row.quantity for row in found],
                [row.value for row in found],
                [row.reserved for row in found],
                [row.method for row in found],
                [row.method_since for row in found],
                [row.last_move_on for row in found],
            ],
        )


_DAYS = "unnest(%s::bigint[], %s::date[], %s::numeric[], %s::numeric[]) AS d(row_id, date, quantity, value)"

_DAYS_NEW = """
INSERT INTO inventory_stockday (row_id, date, quantity, value, true_value)
SELECT d.row_id, d.date, coalesce(p.quantity, 0), coalesce(p.value, 0), coalesce(p.true_value, 0)
  FROM (SELECT DISTINCT row_id, date FROM {_DAYS}) d
  LEFT JOIN LATERAL (SELECT s.quantity, s.value, s.true_value FROM inventory_stockday s
                      WHERE s.row_id = d.row_id AND s.date <= d.date ORDER BY s.date DESC LIMIT 1) p ON true
ON CONFLICT DO NOTHING""".replace("{_DAYS}", _DAYS)

_DAYS_CHANGE = """
UPDATE inventory_stockday s
   SET quantity = s.quantity + x.quantity, value = s.value + x.value,
       true_value = s.true_value + CASE WHEN %s THEN x.value ELSE 0 END
  FROM (SELECT row_id, date, sum(sum(quantity)) OVER upto AS quantity, sum(sum(value)) OVER upto AS value,
               lead(date) OVER upto AS next
          FROM {_DAYS} GROUP BY row_id, date WINDOW upto AS (PARTITION BY row_id ORDER BY date)) x
 WHERE s.row_id = x.row_id AND s.date >= x.date AND (x.next IS NULL OR s.date < x.next)""".replace(
    "{_DAYS}", _DAYS
)


def days_store(changes: list[DayChange], *, true: bool = True) -> None:
    """Add changes to the closing stock of their days and of every later day.

    ``true``: the goods are worth that much more too; without it only the books move (a revaluation).
    """
    if not changes:
        return
    values = [[change[index] for change in changes] for index in range(4)]
    with connection.cursor() as cursor:
        cursor.execute(_DAYS_NEW, values)
        cursor.execute(_DAYS_CHANGE, [true, *values])


def true_days_store(points: list[tuple[int, date, Decimal]]) -> None:
    """Set the true closing value of days from a replay; between two points the earlier one holds."""
    if not points:
        return
    with connection.cursor() as cursor:
        cursor.execute(
            """WITH c AS (SELECT * FROM unnest(%s::bigint[], %s::date[], %s::numeric[])
                                        AS c(row_id, date, value)),
                    f AS (SELECT row_id, min(date) AS first FROM c GROUP BY row_id)
               UPDATE inventory_stockday s
                  SET true_value = (SELECT c.value FROM c WHERE c.row_id = s.row_id AND c.date <= s.date
                                     ORDER BY c.date DESC LIMIT 1)
                 FROM f WHERE s.row_id = f.row_id AND s.date >= f.first""",
            [[point[index] for point in points] for index in range(3)],
        )


def layers_store(pools: Iterable[Pool], used: Iterable[tuple[StockMove, tuple[Part, ...]]]) -> None:
    """Insert new layers, write what is left of used ones, and which issue took how much of which."""
    added = [layer for pool in pools for layer in pool.added]
    fresh = {id(layer) for layer in added}
    changed = [
        layer for pool in pools for layer in pool.changed.values() if layer.pk and id(layer) not in fresh
    ]
    for layer in added:
        layer.move_id, layer.serial_id = layer.move.pk, layer.move.serial_id
    rows_insert(added)
    if changed:
        with connection.cursor() as cursor:
            cursor.execute(
                """UPDATE inventory_stocklayer l SET "left" = d."left"
                     FROM unnest(%s::bigint[], %s::numeric[]) AS d(id, "left") WHERE l.id = d.id""",
                [[layer.pk for layer in changed], [layer.left for layer in changed]],
            )
    rows_insert(
        [
            row_make(
                StockConsumption,
                move_id=move.pk,
                layer_id=part.layer.pk,
                date=move.date,
                quantity=part.quantity,
            )
            for move, parts in used
            for part in parts
        ]
    )


def reservations_store(rows: Iterable[Reservation]) -> None:
    """Write reservations that were used up in part; delete those that are empty."""
    found = list(rows)
    gone = [row.pk for row in found if not row.quantity]
    if gone:
        Reservation.objects.filter(pk__in=gone)._raw_delete(using="default")  # nothing points to them
    kept = [row for row in found if row.quantity]
    if kept:
        Reservation.objects.bulk_update(kept, ["quantity"])
