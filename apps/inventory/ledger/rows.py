"""Finding, making and locking the stock rows that movements touch."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection
from django.db.models.expressions import RawSQL

from apps.catalog.models import Product
from apps.core.locks import lock_found
from apps.inventory.models import Place, StockRow

Key = tuple[int, int, int | None]
"""(product, place, batch)"""


def key_of(row: StockRow) -> Key:
    return (row.product_id, row.place_id, row.batch_id)


def rows_lock(pairs: Iterable[tuple[int, int]]) -> dict[Key, StockRow]:
    """All rows of these (product, place) pairs, every batch, locked in the order of their ids."""
    wanted = sorted(set(pairs))
    if not wanted:
        return {}
    ids = RawSQL(
        "SELECT r.id FROM inventory_stockrow r JOIN unnest(%s::bigint[], %s::bigint[]) AS w(product, place) "
        "ON r.product_id = w.product AND r.place_id = w.place",
        [[product for product, _place in wanted], [place for _product, place in wanted]],
    )
    return {
        key_of(row): row for row in lock_found(StockRow.objects.select_related("batch").filter(pk__in=ids))
    }


def rows_of_products_lock(company_id: int, product_ids: Iterable[int]) -> dict[Key, StockRow]:
    """Every row of these products in a company, locked: what a backdated entry may change."""
    found = StockRow.objects.select_related("batch").filter(
        company_id=company_id, product_id__in=set(product_ids)
    )
    return {key_of(row): row for row in lock_found(found)}


def rows_make(missing: dict[Key, tuple[Product, Place]]) -> dict[Key, StockRow]:
    """Empty rows for places that the product comes to for the first time, locked. Safe against a twin."""
    if not missing:
        return {}
    keys = sorted(missing, key=lambda key: (key[0], key[1], key[2] or 0))
    with connection.cursor() as cursor:
        cursor.execute(
            """INSERT INTO inventory_stockrow
                   (company_id, product_id, place_id, batch_id, quantity, reserved, value, method)
               SELECT c, p, l, b, 0, 0, 0, m
                 FROM unnest(%s::bigint[], %s::bigint[], %s::bigint[], %s::bigint[], %s::text[])
                      AS t(c, p, l, b, m)
               ON CONFLICT DO NOTHING""",
            [
                [missing[key][1].company_id for key in keys],
                [key[0] for key in keys],
                [key[1] for key in keys],
                [key[2] for key in keys],
                [missing[key][0].valuation_method for key in keys],
            ],
        )
    found = rows_lock((product, place) for product, place, _batch in keys)
    return {key: found[key] for key in keys}
