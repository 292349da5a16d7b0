"""Proof of the stock: everything that is kept for speed is worked out again from the ledger and compared."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.db import connection

_SIDES = """
WITH own AS (SELECT id FROM inventory_place WHERE place_kind = ANY(%(kinds)s)), sides AS (
    SELECT m.company_id, m.product_id, m.to_place_id AS place_id, m.batch_id, m.date, m.quantity, m.value,
           m.value AS worth
      FROM inventory_stockmove m JOIN own p ON p.id = m.to_place_id
    UNION ALL
    SELECT m.company_id, m.product_id, m.from_place_id, m.batch_id, m.date, -m.quantity, -m.value, -m.value
      FROM inventory_stockmove m JOIN own p ON p.id = m.from_place_id
    UNION ALL
    SELECT m.company_id, m.product_id, m.to_place_id, m.batch_id, r.date, 0, r.amount, 0
      FROM inventory_stockrevaluation r JOIN inventory_stockmove m ON m.id = r.move_id
      JOIN own p ON p.id = m.to_place_id
    UNION ALL
    SELECT m.company_id, m.product_id, m.from_place_id, m.batch_id, r.date, 0, -r.amount, 0
      FROM inventory_stockrevaluation r JOIN inventory_stockmove m ON m.id = r.move_id
      JOIN own p ON p.id = m.from_place_id
    UNION ALL
    SELECT m.company_id, m.product_id, p.place_id, m.batch_id, m.date, 0, 0, p.sign * r.amount
      FROM inventory_stockrevaluation r JOIN inventory_stockmove m ON m.id = r.move_id
      CROSS JOIN LATERAL (VALUES (m.to_place_id, 1), (m.from_place_id, -1)) AS p(place_id, sign)
      JOIN own o ON o.id = p.place_id
)"""

_ROWS = """
{sides}, sums AS (
    SELECT product_id, place_id, batch_id, sum(quantity) AS quantity, sum(value) AS value
      FROM sides GROUP BY 1, 2, 3)
SELECT coalesce(r.product_id, s.product_id), coalesce(r.place_id, s.place_id),
       coalesce(r.batch_id, s.batch_id), r.quantity, s.quantity, r.value, s.value
  FROM inventory_stockrow r
  FULL JOIN sums s ON s.product_id = r.product_id AND s.place_id = r.place_id
        AND s.batch_id IS NOT DISTINCT FROM r.batch_id
 WHERE (coalesce(r.quantity, 0) <> coalesce(s.quantity, 0) OR coalesce(r.value, 0) <> coalesce(s.value, 0))
   AND (%(company)s::bigint IS NULL OR r.company_id = %(company)s)"""

_DAYS = """
{sides}, daily AS (
    SELECT r.id AS row_id, s.date, sum(s.quantity) AS quantity, sum(s.value) AS value,
           sum(s.worth) AS worth
      FROM sides s JOIN inventory_stockrow r ON r.product_id = s.product_id AND r.place_id = s.place_id
           AND r.batch_id IS NOT DISTINCT FROM s.batch_id
     WHERE %(company)s::bigint IS NULL OR r.company_id = %(company)s
     GROUP BY 1, 2),
  running AS (
    SELECT row_id, date, sum(quantity) OVER w AS quantity, sum(value) OVER w AS value,
           sum(worth) OVER w AS worth
      FROM daily WINDOW w AS (PARTITION BY row_id ORDER BY date))
SELECT n.row_id, n.date, d.quantity, n.quantity, d.value, n.value, d.true_value,
       n.worth
  FROM running n LEFT JOIN inventory_stockday d ON d.row_id = n.row_id AND d.date = n.date
 WHERE d.id IS NULL OR d.quantity <> n.quantity OR d.value <> n.value OR d.true_value <> n.worth"""

_TRUE_END = """
SELECT r.id, d.true_value, r.value
  FROM inventory_stockrow r
  JOIN LATERAL (SELECT true_value FROM inventory_stockday s WHERE s.row_id = r.id
                 ORDER BY date DESC LIMIT 1) d ON true
 WHERE d.true_value <> r.value AND (%(company)s::bigint IS NULL OR r.company_id = %(company)s)"""

_LAYERS = """
SELECT r.id, r.quantity, l.open
  FROM inventory_stockrow r
  LEFT JOIN LATERAL (SELECT coalesce(sum("left"), 0) AS open FROM inventory_stocklayer
                      WHERE row_id = r.id) l ON true
 WHERE r.method <> 'moving_average' AND l.open <> r.quantity
   AND (%(company)s::bigint IS NULL OR r.company_id = %(company)s)"""

_CONSUMED = """
SELECT l.id, l.quantity - l."left", coalesce(sum(c.quantity), 0)
  FROM inventory_stocklayer l
  JOIN inventory_stockrow r ON r.id = l.row_id
  LEFT JOIN inventory_stockconsumption c ON c.layer_id = l.id
 WHERE %(company)s::bigint IS NULL OR r.company_id = %(company)s
 GROUP BY l.id HAVING l.quantity - l."left" <> coalesce(sum(c.quantity), 0)"""

_RESERVED = """
SELECT r.id, r.reserved, coalesce(sum(h.quantity), 0)
  FROM inventory_stockrow r LEFT JOIN inventory_reservation h ON h.row_id = r.id
 WHERE %(company)s::bigint IS NULL OR r.company_id = %(company)s
 GROUP BY r.id HAVING r.reserved <> coalesce(sum(h.quantity), 0)"""

_SERIALS = """
SELECT s.id, s.place_id, m.to_place_id
  FROM inventory_serial s
  JOIN LATERAL (SELECT to_place_id, company_id FROM inventory_stockmove WHERE serial_id = s.id
                 ORDER BY id DESC LIMIT 1) m ON true
 WHERE s.place_id IS DISTINCT FROM m.to_place_id
   AND (%(company)s::bigint IS NULL OR m.company_id = %(company)s)"""

_ACCOUNT = """
WITH books AS (
    SELECT l.company_id, l.date, sum(l.base_amount) AS amount
      FROM accounting_journalline l
      JOIN accounting_accountrole a ON a.account_id = l.account_id AND a.company_id = l.company_id
           AND a.role = 'stock'
     GROUP BY 1, 2),
  stock AS (
    SELECT r.company_id, d.date,
           d.value - coalesce(lag(d.value) OVER (PARTITION BY d.row_id ORDER BY d.date), 0) AS amount
      FROM inventory_stockday d JOIN inventory_stockrow r ON r.id = d.row_id),
  daily AS (SELECT company_id, date, sum(amount) AS amount FROM stock GROUP BY 1, 2)
SELECT coalesce(b.company_id, s.company_id), coalesce(b.date, s.date),
       coalesce(b.amount, 0), coalesce(s.amount, 0)
  FROM books b FULL JOIN daily s ON s.company_id = b.company_id AND s.date = b.date
 WHERE coalesce(b.amount, 0) <> coalesce(s.amount, 0)
   AND (%(company)s::bigint IS NULL OR coalesce(b.company_id, s.company_id) = %(company)s)
 ORDER BY 2"""


@dataclass(frozen=True)
class Difference:
    """What does not agree: the check, and the row of the comparison (key, kept, recomputed …)."""

    check: str
    row: tuple[Any, ...]

    def __str__(self) -> str:
        return f"{self.check}: {', '.join(map(str, self.row))}"


_CHECKS = {
    "stock rows against movements": _ROWS,
    "closing stock of days against movements": _DAYS,
    "worth of the last day against the row": _TRUE_END,
    "layers against the row": _LAYERS,
    "layers against what was taken from them": _CONSUMED,
    "reserved against reservations": _RESERVED,
    "serial numbers against movements": _SERIALS,
    "stock account against stock, by day": _ACCOUNT,
}


def stock_prove(company: Any = None, *, limit: int = 100) -> list[Difference]:
    """Work out everything again; an empty list is the proof. ``company``: only this one."""
    from apps.inventory.choices import STOCK_KINDS

    values = {"company": company.pk if company else None, "kinds": list(STOCK_KINDS)}
    found = []
    with connection.cursor() as cursor:
        for check, statement in _CHECKS.items():
            cursor.execute(f"{statement.replace('{sides}', _SIDES)} LIMIT {int(limit)}", values)
            found.extend(Difference(check, row) for row in cursor.fetchall())
    return found


_REBUILD_ROWS = """
{sides}, sums AS (
    SELECT product_id, place_id, batch_id, sum(quantity) AS quantity, sum(value) AS value
      FROM sides GROUP BY 1, 2, 3)
UPDATE inventory_stockrow r SET quantity = s.quantity, value = s.value
  FROM sums s
 WHERE s.product_id = r.product_id AND s.place_id = r.place_id
   AND s.batch_id IS NOT DISTINCT FROM r.batch_id"""

_REBUILD_DAYS = """
{sides}, daily AS (
    SELECT r.id AS row_id, s.date, sum(s.quantity) AS quantity, sum(s.value) AS value, sum(s.worth) AS worth
      FROM sides s JOIN inventory_stockrow r ON r.product_id = s.product_id AND r.place_id = s.place_id
           AND r.batch_id IS NOT DISTINCT FROM s.batch_id
     GROUP BY 1, 2)
INSERT INTO inventory_stockday (row_id, date, quantity, value, true_value)
SELECT row_id, date, sum(quantity) OVER w, sum(value) OVER w, sum(worth) OVER w
  FROM daily WINDOW w AS (PARTITION BY row_id ORDER BY date)"""


def stock_rebuild() -> None:
    """Write quantities, values and closing days anew from the movements (layers stay as they are).

    Locks every row: nothing moves meanwhile. Runs in the caller's unit of work.
    """
    from apps.core.locks import lock_found
    from apps.inventory.choices import STOCK_KINDS
    from apps.inventory.models import StockDay, StockRow

    values = {"kinds": list(STOCK_KINDS)}
    lock_found(StockRow.objects.all())
    StockDay.objects.all().delete()
    with connection.cursor() as cursor:
        cursor.execute(_REBUILD_ROWS.replace("{sides}", _SIDES), values)
        cursor.execute(_REBUILD_DAYS.replace("{sides}", _SIDES), values)
