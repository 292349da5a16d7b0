"""What a product has cost and sold for, on its page: changes of its sale price, and what was paid to whom."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from typing import Any

from django.db import models
from django.http import HttpRequest
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.catalog.choices import PriceKind
from apps.catalog.models import PricePoint, Product
from apps.catalog.selectors import price_history, purchases_of, vendors_last
from apps.core.access import may
from apps.core.admin.panels import Content, Item, Panel, list_url, register_panel
from apps.core.admin.urls import admin_url
from apps.core.formats import show_date, show_quantity
from apps.core.registry import KindRef
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
    now = show_quantity(row.unit_price)
    return now if row.previous is None else f"{show_quantity(row.previous)} → {now}"


def purchase_prices_of(request: HttpRequest, product: Product) -> Content | None:
    """The last cost, the last price of each vendor, with links to where they come from, and all of them."""
    if not may(request.user, SEE_COST):
        return None
    newest = list(purchases_of(product)[:1])
    by_vendor = list(vendors_last(product, most=MOST))
    if not newest:
        return None
    points = [*newest, *by_vendor]
    pages, names = _pages(points, request.user), _names(points, request.user)
    items = [_purchase(newest[0], _("Last cost"), pages)]
    items += [_purchase(row, names[row.party_id], pages) for row in by_vendor if row.party_id in names]
    return Content(items, links=_whole(product, PriceKind.PURCHASE))


def _purchase(row: PricePoint, what: str, pages: dict[tuple[str, int], str]) -> Item:
    price = show_quantity(row.unit_price)
    if row.currency_id:
        price = f"{row.currency.code} {price}"  # type: ignore[union-attr]  # it has one: a line above
    return Item(f"{what}, {show_date(row.date)}", price, pages.get((row.source_kind, row.source_id), ""))


def _pages(points: Iterable[PricePoint], user: Any) -> dict[tuple[str, int], str]:
    """{source: its page} of the documents that the person may open, one query a kind."""
    ids: dict[str, set[int]] = defaultdict(set)
    for row in points:
        ids[row.source_kind].add(row.source_id)
    found = {}
    for kind, wanted in ids.items():
        model = KindRef(kind, 0).model
        for record in _open(model, wanted, user):
            found[kind, record.pk] = admin_url(record)
    return found


def _names(points: Iterable[PricePoint], user: Any) -> dict[int, str]:
    """{vendor: name} of those that the person may see."""
    wanted = {row.party_id for row in points if row.party_id}
    return {party.pk: str(party) for party in _open(Party, wanted, user)}


def _open(model: type[models.Model], ids: Iterable[int], user: Any) -> Iterable[Any]:
    meta = model._meta
    if not ids or not may(user, f"{meta.app_label}.view_{meta.model_name}"):
        return ()
    return model._default_manager.for_user(user).filter(pk__in=ids)  # type: ignore[attr-defined]  # business models have the scoped manager


def _whole(product: Product, price_kind: str) -> list[tuple[Any, str]]:
    query = f"product__id__exact={product.pk}&price_kind__exact={price_kind}"
    return [(_("All of them"), list_url(PricePoint, query))]


for panel in (
    Panel("sale_prices", gettext_lazy("Sale price over time"), sale_prices_of, SEE, 10, "catalog"),
    Panel("purchase_prices", gettext_lazy("Last purchase prices"), purchase_prices_of, SEE, 20, "catalog"),
):
    register_panel(Product, panel)
