"""API of inventory: masters, inwards, stock levels, the ledger and the item ledger."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

from django.db.models import DecimalField, OuterRef, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from apps.core.access import may
from apps.core.api.paging import MAX_PER_PAGE, page_number
from apps.core.api.rendering import envelope
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.errors import InvalidInput
from apps.core.registry import register_resource
from apps.documents.viewset import DocumentViewSet
from apps.inventory.choices import InwardKind, PlaceKind
from apps.inventory.item_ledger import Filter, item_ledger, read_day, read_id
from apps.inventory.models import (
    Batch,
    Inward,
    Place,
    Reservation,
    Serial,
    StockDay,
    StockMove,
    StockRevaluation,
    StockRow,
)
from apps.inventory.selectors import places_of
from apps.inventory.services.inwards import LINES, inward_compute

COST = "catalog.see_cost"


@register_resource
class PlaceApi(MasterViewSet):
    model, path = Place, "inventory/places"
    fields = (
        "id", "code", "name", "kind", "company", "parent", "address", "is_default", "tags", "active",
        "version",
    )  # fmt: skip
    read_only = ("id", "version")
    rename = {"kind": "place_kind"}
    filters = {
        "code": "code", "name": "name", "kind": "place_kind", "company": "company", "parent": "parent",
        "is_default": "is_default", "active": "active",
    }  # fmt: skip
    expands = ("company", "parent")


@register_resource
class BatchApi(MasterViewSet):
    model, path = Batch, "inventory/batches"
    fields = ("id", "product", "code", "made_on", "expires_on", "blocked", "tags", "active", "version")
    read_only = ("id", "version")
    filters = {
        "product": "product", "code": "code", "expires_on": "expires_on", "blocked": "blocked",
        "active": "active",
    }  # fmt: skip
    expands = ("product",)


@register_resource
class SerialApi(MasterViewSet):
    """``place`` follows from the movements."""

    model, path = Serial, "inventory/serials"
    fields = ("id", "product", "code", "batch", "place", "tags", "active", "version")
    read_only = ("id", "product", "code", "batch", "place", "version")
    filters = {"product": "product", "code": "code", "batch": "batch", "place": "place", "active": "active"}
    expands = ("product", "batch", "place")


def _costs_fill(lines: list[dict[str, Any]]) -> None:
    for line in lines:
        product = line.get("product")
        if product is not None and not line.get("id"):
            line["unit_cost"] = product.purchase_price or product.standard_cost or 0


def _serials_split(data: Any) -> Any:
    lines = data.get("lines") if isinstance(data, dict) else None
    if not isinstance(lines, list):
        return data
    return {**data, "lines": [_line_split(line) for line in lines]}


def _line_split(line: Any) -> Any:
    text = line.get("serials") if isinstance(line, dict) else None
    if not isinstance(text, str):
        return line
    return {**line, "serials": [part.strip() for part in re.split(r"[,;\n]", text) if part.strip()]}


@register_resource
class InwardApi(DocumentViewSet):
    model, path = Inward, "inventory/inwards"
    fields = (
        "id", "company", "number", "date", "status", "kind", "place", "party", "reference", "total_value",
        "notes", "tags", "owner", "department", "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = ("id", "number", "status", "total_value", "version", "created_at", "updated_at")
    rename = {"kind": "inward_kind"}
    filters = {
        "company": "company", "number": "number", "date": "date", "status": "status", "kind": "inward_kind",
        "place": "place", "party": "party", "owner": "owner",
    }  # fmt: skip
    orderings = {"date": "date", "number": "number", "total_value": "total_value"}
    expands = ("company", "place", "party", "owner")
    children = (LINES,)
    form_sections = {
        "": ("company:3", "date:2", "kind:2", "place:5"),
        gettext_lazy("Source"): ("party:6", "reference:3", "owner:3"),
        gettext_lazy("Notes"): ("notes:12",),
    }
    form_columns = {
        "lines": (
            "product:240", "description:240", "quantity:90", "unit:80", "unit_cost:110", "batch:120",
            "expires_on:110", "serials:140", "value:120",
        ),
    }  # fmt: skip
    form_totals = ("total_value",)
    form_lookups = {
        "party": {"query": "is_vendor=true", "defaults": {"is_vendor": True, "is_customer": False}},
        "place": {"query": "company={company}&kind__in=warehouse,zone,bin,transit"},
        "lines.product": {"query": "kind=goods", "fill": {"unit": "unit", "unit_cost": "purchase_price"}},
    }

    def defaults(self, user: Any) -> dict[str, Any]:
        found = super().defaults(user)
        company = found.get("company")
        place = places_of(company).get(PlaceKind.WAREHOUSE) if company else None
        return {**found, "kind": InwardKind.RECEIPT.value, "place": place.pk if place else None}

    def read_input(self, data: Any, *, partial: bool = False, row: Any = None) -> Any:
        """Serial numbers may be typed as a text with commas. Who may not see costs enters quantities: the
        cost of a new line is then the product's purchase price, or its standard cost."""
        found = super().read_input(_serials_split(data), partial=partial, row=row)
        if not may(self.request.user, COST):
            _costs_fill(found[1].get("lines") or [])
        return found

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        inward_compute(document, children["lines"])


@register_resource
class StockLevelApi(ResourceViewSet):
    """Stock now, or at the end of the day ``on``; ``place`` with all places that are part of it."""

    model, path = StockRow, "inventory/stock-levels"
    fields = (
        "id", "company", "product", "place", "batch", "on_hand", "reserved", "available", "value",
        "average_cost",
    )  # fmt: skip
    rename = {"reserved": "reserved_then", "value": "value_then", "on_hand": "on_hand"}
    filters = {
        "company": "company", "product": "product", "place": "place", "batch": "batch", "on_hand": "quantity",
        "category": "product__category", "brand": "product__brand", "code": "product__code",
    }  # fmt: skip
    orderings = {"on_hand": "quantity", "value": "value", "code": "product__code"}
    extra_params = frozenset({"place"})
    expands = ("company", "product", "place", "batch")
    writable = False

    def refine(self, queryset: Any) -> Any:
        params = self.request.query_params
        place = read_id(params, "place")
        if place is not None:
            queryset = queryset.filter(place_id__in=Place.below([place]))
        on = read_day(params, "on")
        return queryset if on is None else _at(queryset, on)


def _at(queryset: Any, on: date) -> Any:
    closing = StockDay.objects.filter(row_id=OuterRef("pk"), date__lte=on).order_by("-date")
    return queryset.annotate(
        past_quantity=Subquery(
            closing.values("quantity")[:1], output_field=DecimalField(max_digits=20, decimal_places=6)
        ),
        past_value=Subquery(
            closing.values("value")[:1], output_field=DecimalField(max_digits=20, decimal_places=2)
        ),
    ).filter(past_quantity__isnull=False)


_MOVE_FIELDS = (
    "id", "company", "date", "kind", "product", "from_place", "to_place", "batch", "serial", "quantity",
    "unit_cost", "value", "source_kind", "source_id", "purpose", "reversal_of", "actor_name", "actor_mail",
    "recorded_at",
)  # fmt: skip


@register_resource
class StockMoveApi(ResourceViewSet):
    """The ledger: every movement, read only."""

    model, path = StockMove, "inventory/stock-moves"
    fields = _MOVE_FIELDS
    rename = {"kind": "movement_kind"}
    filters = {
        "company": "company", "date": "date", "kind": "movement_kind", "product": "product", "batch": "batch",
        "serial": "serial", "from_place": "from_place", "to_place": "to_place", "source_kind": "source_kind",
        "source_id": "source_id",
    }  # fmt: skip
    orderings = {"date": "date"}
    expands = ("company", "product", "from_place", "to_place", "batch", "serial")
    writable = False


@register_resource
class StockRevaluationApi(ResourceViewSet):
    """Later corrections of what movements were worth."""

    model, path = StockRevaluation, "inventory/stock-revaluations"
    fields = (
        "id", "company", "date", "move", "product", "amount", "source_kind", "source_id", "recorded_at",
    )  # fmt: skip
    filters = {"company": "company", "date": "date", "product": "product", "move": "move"}
    expands = ("company", "product")
    writable = False


@register_resource
class ReservationApi(ResourceViewSet):
    model, path = Reservation, "inventory/reservations"
    fields = ("id", "product", "place", "quantity", "holder_kind", "holder_id", "actor_name", "created_at")
    rename = {"product": "product_id", "place": "place_id"}
    filters = {
        "product": "row__product", "place": "row__place", "company": "row__company",
        "holder_kind": "holder_kind", "holder_id": "holder_id",
    }  # fmt: skip
    writable = False

    def refine(self, queryset: Any) -> Any:
        return queryset.select_related("row")


@register_resource
class ItemLedgerApi(ResourceViewSet):
    """Movements of items in the order of their days, with running quantity and value."""

    model, path = StockMove, "inventory/item-ledger"
    fields = _MOVE_FIELDS
    rename = {"kind": "movement_kind"}
    writable = False
    params = frozenset({"product", "place", "company", "batch", "from", "to", "page", "per_page"})

    def list(self, request: Any) -> Response:
        self.require("view")
        params = request.query_params
        for name in params:
            if name not in self.params and name != "format":
                raise InvalidInput(_("Unknown filter."), field=name, code="unknown")
        page, per_page = page_number(params, "page", 1), page_number(params, "per_page", 25, MAX_PER_PAGE)
        wanted = Filter.read(params, request.user)
        rows, total = item_ledger(wanted, start=(page - 1) * per_page, count=per_page)
        if not may(request.user, COST):
            for row in rows:
                for name in ("unit_cost", "value", "running_value"):
                    row.pop(name)
        pages = -(-total // per_page)
        return Response(
            envelope(
                rows,
                pagination={
                    "page": page,
                    "per_page": per_page,
                    "total": total,
                    "pages": pages,
                    "next": self._page(page + 1) if page < pages else None,
                    "previous": self._page(page - 1) if page > 1 else None,
                },
            )
        )

    def _page(self, number: int) -> str:
        query = self.request.query_params.copy()
        query["page"] = str(number)
        return f"{self.request.path}?{query.urlencode()}"
