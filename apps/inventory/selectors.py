"""Reads about stock that several surfaces and apps use."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import connection
from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.company.models import Company
from apps.core.access import access_of
from apps.core.actor import current_actor
from apps.core.errors import Refused
from apps.core.money import ZERO, round_price
from apps.inventory.choices import STOCK_KINDS, PlaceKind
from apps.inventory.models import Place, StockRow


def place_of(company: Company | int, kind: str) -> Place:
    """The company's place of a kind (the first one). Raises Refused when it has none."""
    company_id = company if isinstance(company, int) else company.pk
    found = Place.objects.filter(company_id=company_id, place_kind=kind, deleted_at=None)
    place = found.order_by("-is_default", "id").first()
    if place is None:
        raise Refused(
            _("The company has no place of the kind “%(kind)s”.") % {"kind": PlaceKind(kind).label},
            code="no_place",
            field="place",
        )
    return place


def places_of(company: Company | int) -> dict[str, Place]:
    """{kind: the company's first place of it}, one query."""
    company_id = company if isinstance(company, int) else company.pk
    rows = Place.objects.filter(company_id=company_id, deleted_at=None).order_by("is_default", "-id")
    return {row.place_kind: row for row in rows}


def default_place(company: Company | int) -> Place:
    """The warehouse that documents start with."""
    return place_of(company, PlaceKind.WAREHOUSE)


@dataclass(frozen=True)
class Level:
    """Stock of a product at a place. ``reserved`` is of today; on a past date it is 0."""

    company_id: int
    product_id: int
    place_id: int
    on_hand: Decimal
    reserved: Decimal
    value: Decimal

    @property
    def available(self) -> Decimal:
        return self.on_hand - self.reserved

    @property
    def average_cost(self) -> Decimal | None:
        return round_price(self.value / self.on_hand) if self.on_hand else None


_LEVELS = """
SELECT r.company_id, r.product_id, r.place_id, sum({quantity}), {reserved}, sum({value})
  FROM inventory_stockrow r {days}
 WHERE (%(companies)s::bigint[] IS NULL OR r.company_id = ANY(%(companies)s))
   AND (%(products)s::bigint[] IS NULL OR r.product_id = ANY(%(products)s))
   AND (%(places)s::bigint[] IS NULL OR r.place_id = ANY(%(places)s))
 GROUP BY 1, 2, 3 ORDER BY 2, 3"""

LATERAL_DAY = """CROSS JOIN LATERAL (
    SELECT quantity, value FROM inventory_stockday
     WHERE row_id = r.id AND date <= %(on)s ORDER BY date DESC LIMIT 1) d"""


def stock_levels(
    *,
    company_ids: Iterable[int] | None = None,
    product_ids: Iterable[int] | None = None,
    place: Place | None = None,
    on: date | None = None,
) -> list[Level]:
    """Stock by product and place, now or at the end of a day: one query, whatever the history.

    ``place`` counts with all places that are part of it. The caller limits ``company_ids`` to what the
    user may see.
    """
    values = {
        "companies": None if company_ids is None else list(company_ids),
        "products": None if product_ids is None else list(product_ids),
        "places": None if place is None else Place.below([place.pk]),
        "on": on,
    }
    names = (
        {"quantity": "r.quantity", "reserved": "sum(r.reserved)", "value": "r.value", "days": ""}
        if on is None
        else {"quantity": "d.quantity", "reserved": "0.000000", "value": "d.value", "days": LATERAL_DAY}
    )
    with connection.cursor() as cursor:
        cursor.execute(_LEVELS.format(**names), values)
        return [Level(*row) for row in cursor.fetchall()]


# --- fields of the product ------------------------------------------------------------------------


def _visible_rows(product_ids: list[int]) -> Any:
    """Rows of the companies that whoever acts now may see."""
    companies = access_of(current_actor().user).company_ids
    rows = StockRow.objects.filter(product_id__in=product_ids, place__place_kind__in=STOCK_KINDS)
    return rows if companies is None else rows.filter(company_id__in=companies)


def products_on_hand(product_ids: list[int]) -> dict[int, Decimal]:
    """{product: on hand over all places}."""
    rows = _visible_rows(product_ids).values_list("product_id").annotate(Sum("quantity")).order_by()
    return dict(rows)


def products_average_cost(product_ids: list[int]) -> dict[int, Decimal]:
    """{product: value per unit of what is in stock}."""
    rows = _visible_rows(product_ids).values_list("product_id").annotate(Sum("value"), Sum("quantity"))
    return {
        pk: round_price(value / quantity) if quantity else ZERO for pk, value, quantity in rows.order_by()
    }
