"""Rates, prices and unit factors: asked by every document, so each works for many lines at once."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q, prefetch_related_objects
from django.utils.translation import gettext as _

from apps.catalog.choices import PriceKind
from apps.catalog.models import (
    PartyPriceList,
    PriceList,
    PriceListItem,
    PricePoint,
    Product,
    TaxRate,
    Unit,
    UnitConversion,
)
from apps.company.selectors import rate_on
from apps.core.database.prepared import prepared_rows
from apps.core.database.records import records_where
from apps.core.errors import InvalidInput
from apps.core.formats import show_price, show_quantity
from apps.core.money import EXACT, ONE, round_money, round_price
from apps.core.scope import kind_of


def tax_rates_on(category_ids: Iterable[int], day: date) -> dict[int, TaxRate]:
    """{category id: the rate in force on the day}, one query. A category without a rate yet is left out."""
    ids = set(category_ids)
    if not ids:
        return {}
    condition = "catalog_taxrate.category_id = ANY(%s::bigint[]) AND catalog_taxrate.from_date <= %s"
    rows = records_where(TaxRate, condition, [list(ids), day], order=("from_date",))
    return {row.category_id: row for row in rows}  # of each category the newest comes last


# --- units ----------------------------------------------------------------------------------------


def unit_factor(product: Product, unit: Unit | None) -> Decimal:
    """How many of the product's own unit one ``unit`` holds. Raises InvalidInput naming ``unit``."""
    return unit_factors([(product, unit)])[0]


def unit_factors(pairs: Sequence[tuple[Product, Unit | None]], path: str = "lines") -> list[Decimal]:
    """``unit_factor`` for many lines in one query (none when every line uses the product's own unit).

    A conversion of the product itself goes before the general one; it works in both directions. Raises
    InvalidInput naming ``lines.N.unit`` (``unit`` for a single pair) where two units have no conversion.
    """
    wanted = {
        (product.pk, unit.pk, product.unit_id)
        for product, unit in pairs
        if unit is not None and unit.pk != product.unit_id
    }
    table = _conversions(wanted) if wanted else {}
    factors = []
    for index, (product, unit) in enumerate(pairs):
        if unit is None or unit.pk == product.unit_id:
            factors.append(ONE)
            continue
        factor = _factor(table, product.pk, unit.pk, product.unit_id)
        if factor is None:
            raise InvalidInput(
                _("%(product)s is counted in %(own)s; there is no conversion from %(unit)s.")
                % {"product": product.code, "own": product.unit, "unit": unit},
                field=f"{path}.{index}.unit" if len(pairs) > 1 else "unit",
                code="no_conversion",
            )
        factors.append(factor)
    return factors


_Table = dict[tuple[int | None, int, int], Decimal]


def _conversions(wanted: set[tuple[int, int, int]]) -> _Table:
    products = {product for product, _unit, _own in wanted}
    units = {unit for _product, *both in wanted for unit in both}
    rows = UnitConversion.objects.filter(
        Q(product__isnull=True) | Q(product_id__in=products), from_unit_id__in=units, to_unit_id__in=units
    )
    return {(row.product_id, row.from_unit_id, row.to_unit_id): row.factor for row in rows}


def _factor(table: _Table, product: int, unit: int, own: int) -> Decimal | None:
    for owner in (product, None):
        if (owner, unit, own) in table:
            return table[owner, unit, own]
        if (owner, own, unit) in table:
            return round_money(EXACT.divide(ONE, table[owner, own, unit]), 10)
    return None


# --- prices ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class PriceAnswer:
    """Price of one of the product's own unit, and the sentence that explains it. None: there is no price."""

    unit_price: Decimal | None
    why: str
    price_list: PriceList | None = None
    prices_include_tax: bool = False


def price_for(
    product: Product, *, party: Any, quantity: Decimal, currency: Any, day: date, company: Any = None
) -> PriceAnswer:
    """The sale price of one unit for this party, quantity, currency and day, explained."""
    return prices_for([(product, quantity)], party=party, currency=currency, day=day, company=company)[0]


def prices_for(
    lines: Sequence[tuple[Product, Decimal]], *, party: Any, currency: Any, day: date, company: Any = None
) -> list[PriceAnswer]:
    """``price_for`` for many lines, in four queries at most.

    Order: the party's list, the lists for everybody, the product's sale price (exchanged at the rate of the
    day when the document is in another currency than the books). A list counts when it is valid on the day
    and in the document's currency; in a list the largest break that the quantity reaches holds. Quantities
    are in the product's own unit.
    """
    lists = _lists(party, currency, day)
    breaks: dict[tuple[int, int], list[PriceListItem]] = {}
    if lists and lines:
        items = PriceListItem.objects.filter(
            price_list__in=lists, product_id__in={product.pk for product, _quantity in lines}
        ).order_by("min_quantity")
        for item in items:
            breaks.setdefault((item.price_list_id, item.product_id), []).append(item)
        if any(item.min_quantity for rows in breaks.values() for item in rows):
            prefetch_related_objects([product for product, _quantity in lines], "unit")  # a break names it
    plain = _Plain(currency, company, day)
    return [_listed(product, quantity, lists, breaks) or plain.answer(product) for product, quantity in lines]


def _lists(party: Any, currency: Any, day: date) -> list[PriceList]:
    """The lists that may give a price, the party's own first."""
    own = PartyPriceList.objects.filter(party=party).values("price_list_id") if party is not None else []
    found = PriceList.objects.filter(Q(pk__in=own) | Q(is_default=True), active=True, deleted_at=None)
    if currency is not None:
        found = found.filter(currency=currency)
    mine = set(own.values_list("price_list_id", flat=True)) if party is not None else set()
    return sorted((row for row in found if row.valid_on(day)), key=lambda row: (row.pk not in mine, row.code))


def _listed(
    product: Product,
    quantity: Decimal,
    lists: list[PriceList],
    breaks: dict[tuple[int, int], list[PriceListItem]],
) -> PriceAnswer | None:
    for price_list in lists:
        reached = [i for i in breaks.get((price_list.pk, product.pk), []) if i.min_quantity <= quantity]
        if reached:
            item = reached[-1]
            why = _("Price list %(list)s") % {"list": price_list.code}
            if item.min_quantity:
                why = _("Price list %(list)s, from %(quantity)s %(unit)s") % {
                    "list": price_list.code,
                    "quantity": show_quantity(item.min_quantity),
                    "unit": product.unit.code,
                }
            return PriceAnswer(item.unit_price, why, price_list, price_list.prices_include_tax)
    return None


class _Plain:
    """The product's own sale price, in the currency of the document."""

    def __init__(self, currency: Any, company: Any, day: date) -> None:
        self.currency, self.company, self.day = currency, company, day
        self.rate: Decimal | None = None

    def answer(self, product: Product) -> PriceAnswer:
        if not product.sale_price:
            return PriceAnswer(None, _("The product has no sale price."))
        if self._own_currency():
            return PriceAnswer(product.sale_price, _("Sale price of the product"))
        rate = self._rate()
        if not rate:
            return PriceAnswer(None, _("There is no price in %(code)s.") % {"code": self.currency})
        price = round_price(EXACT.divide(product.sale_price, rate))
        why = _("Sale price %(price)s exchanged at %(rate)s") % {
            "price": show_price(product.sale_price),
            "rate": show_quantity(rate),
        }
        return PriceAnswer(price, why)

    def _own_currency(self) -> bool:
        return self.currency is None or self.company is None or self.currency.pk == self.company.currency_id

    def _rate(self) -> Decimal:
        if self.rate is None:
            try:
                self.rate = rate_on(self.currency.pk, self.company, self.day)
            except InvalidInput:
                self.rate = Decimal(0)
        return self.rate


def price_history(product: Product, price_kind: str = PriceKind.SALE) -> Any:
    """Prices of a product, newest first."""
    return PricePoint.objects.filter(product=product, price_kind=price_kind).order_by("-id")


def _purchases() -> Any:
    """Prices that were paid; what somebody entered as the product's purchase price is none."""
    own = kind_of(Product)
    return PricePoint.objects.filter(price_kind=PriceKind.PURCHASE).exclude(source_kind=own)


def purchases_of(product: Product) -> Any:
    """What was paid for a product, newest first."""
    return _purchases().filter(product=product).select_related("currency").order_by("-id")


def vendors_last(product: Product, *, most: int) -> list[PricePoint]:
    """The last price of each vendor, those bought from last first."""
    rows = _purchases().filter(product=product, party__isnull=False)
    last = rows.order_by("party_id", "-id").distinct("party_id").values("pk")
    return list(PricePoint.objects.filter(pk__in=last).select_related("currency").order_by("-id")[:most])


def products_last_cost(product_ids: list[int]) -> dict[int, Decimal]:
    """{product: what was paid for its unit last}, one query."""
    rows = _purchases().filter(product_id__in=product_ids).order_by("product_id", "-id")
    return dict(rows.distinct("product_id").values_list("product_id", "unit_price"))


_PRICE_LISTS = "SELECT party_id, price_list_id FROM catalog_partypricelist WHERE party_id = ANY(%s::bigint[])"


def party_price_lists(party_ids: list[int]) -> dict[int, int]:
    """{party id: price list id}, for the contributed field of the party."""
    return dict(prepared_rows(_PRICE_LISTS, [party_ids]))
