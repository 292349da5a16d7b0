"""What a product has cost and sold for, on its page: changes of its sale price, and what was paid to whom."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.choices import PriceKind
from apps.catalog.models import PricePoint, Product
from apps.catalog.selectors import price_history, purchases_of, vendors_last
from apps.core.access import may
from apps.core.admin.panels import Content, Item, Panel, list_url, register_panel
from apps.core.formats import show_date, show_price
from apps.core.scope import kind_of
from apps.documents.selectors import records_titles
from apps.parties.models import Party

SEE = "catalog.view_pricepoint"
SEE_COST = "catalog.see_cost"
MOST = 5


def sale_prices_of(request: HttpRequest, product: Product) -> Content | None:
    """The newest changes of the sale price: when, by whom, from what to what."""
    rows = list(price_history(product, PriceKind.SALE)[:MOST])
    items = [
        Item(", ".join(filter(None, (show_date(row.date), row.actor_label))), _change_text(row))
        for row in rows
    ]
    return Content(items, links=_whole(product, PriceKind.SALE)) if items else None


def _change_text(row: PricePoint) -> str:
    now = show_price(row.unit_price)
    return now if row.previous is None else f"{show_price(row.previous)} → {now}"


def purchase_prices_of(request: HttpRequest, product: Product) -> Content | None:
    """The last cost, the last price of each vendor, with links to where they come from, and all of them."""
    if not may(request.user, SEE_COST):
        return None
    newest = list(purchases_of(product)[:1])
    by_vendor = list(vendors_last(product, most=MOST))
    if not newest:
        return None
    points = [*newest, *by_vendor]
    refs = [*((row.source_kind, row.source_id) for row in points), *map(_vendor, by_vendor)]
    seen = records_titles(refs, request.user)
    items = [_purchase(newest[0], _("Last cost"), seen)]
    items += [_purchase(row, seen[_vendor(row)]["title"], seen) for row in by_vendor if _vendor(row) in seen]
    return Content(items, links=_whole(product, PriceKind.PURCHASE))


def _vendor(row: PricePoint) -> tuple[str, int]:
    return kind_of(Party), row.party_id or 0


def _purchase(row: PricePoint, what: str, seen: dict[tuple[str, int], dict[str, Any]]) -> Item:
    price = show_price(row.unit_price)
    if row.currency_id:
        price = f"{row.currency.code} {price}"  # type: ignore[union-attr]  # it has one: a line above
    url = seen.get((row.source_kind, row.source_id), {}).get("url", "")
    return Item(f"{what}, {show_date(row.date)}", price, url)


def _whole(product: Product, price_kind: str) -> list[tuple[Any, str]]:
    query = f"product__id__exact={product.pk}&price_kind__exact={price_kind}"
    return [(_("All of them"), list_url(PricePoint, query))]


for panel in (
    Panel("sale_prices", gettext_lazy("Sale price over time"), sale_prices_of, SEE, 10, "catalog"),
    Panel("purchase_prices", gettext_lazy("Last purchase prices"), purchase_prices_of, SEE, 20, "catalog"),
):
    register_panel(Product, panel)
