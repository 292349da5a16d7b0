"""sales/deliveries"""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from apps.core.api.transaction import api_write
from apps.core.records import Child
from apps.core.registry import register_resource
from apps.core.scope import record_open_or_refuse
from apps.sales.api.common import SalesViewSet
from apps.sales.models import Delivery, DeliveryLine
from apps.sales.services.deliveries import delivery_again, delivery_compute


@register_resource
class DeliveryApi(SalesViewSet):
    """Company, party and products come from the order. Without ``lines`` all that is open goes in."""

    model, path = Delivery, "sales/deliveries"
    fields = (
        "id", "company", "number", "date", "status", "order", "invoice", "party", "party_name", "place",
        "shipping_address", "carrier", "vehicle_number", "tracking_number", "packages", "instructions",
        "owner", "department", "team", "notes", "tags", "custom", "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = (
        "id", "company", "number", "status", "invoice", "party", "party_name", "version", "created_at",
        "updated_at",
    )  # fmt: skip
    filters = {
        "number": "number", "date": "date", "status": "status", "order": "order", "invoice": "invoice",
        "party": "party", "company": "company", "place": "place", "owner": "owner",
        "department": "department", "tracking_number": "tracking_number", "product": "lines__product",
        "updated_at": "updated_at",
    }  # fmt: skip
    orderings = {"date": "date", "number": "number", "party": "party_name"}
    expands = ("party", "company", "order", "place", "owner")
    children = (
        Child(
            "lines",
            DeliveryLine,
            "delivery",
            ("order_line", "description", "quantity", "batch", "serials"),
            read_fields=(
                "position", "product", "unit", "unit_factor", "base_quantity", "taxable_value",
                "returned_quantity", "invoice_line", "components",
            ),
        ),
    )  # fmt: skip
    form_sections = {
        "": ("order:3", "date:2", "place:3", "shipping_address:4"),
        _("Transport"): ("carrier:3", "vehicle_number:2", "tracking_number:3", "packages:2"),
        _("Notes"): ("instructions:6", "notes:6"),
    }
    form_columns = {
        "lines": (
            "order_line:160", "description:280", "quantity:100", "unit:80", "batch:120", "serials:160",
            "returned_quantity:100",
        ),
    }  # fmt: skip
    form_lookups = {"order": {"query": "status=confirmed"}}

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        if document.order_id is not None:
            record_open_or_refuse(document.order, self.request.user)
        delivery_compute(document, children.setdefault("lines", []))

    def duplicate(self, request: Any, pk: int) -> Response:
        """A further draft of the same order with the same quantities, as far as they are open."""
        self.require("view")
        row = self.record(pk)
        self.require("add")

        def work() -> tuple[int, Any, str]:
            return 201, self.one(delivery_again(row, by=request.user)), _("Duplicated.")

        return api_write(request, work)
