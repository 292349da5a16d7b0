"""sales/returns: made by the ``return`` of a delivery, read and cancelled here."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.core.errors import Refused
from apps.core.records import Child
from apps.core.registry import register_resource
from apps.sales.api.common import SalesViewSet
from apps.sales.models import DeliveryReturn, DeliveryReturnLine


@register_resource
class ReturnApi(SalesViewSet):
    model, path = DeliveryReturn, "sales/returns"
    writable = False
    deletable = False
    duplicable = False
    fields = (
        "id", "company", "number", "date", "status", "delivery", "party", "party_name", "place",
        "reason", "condition", "credit_note", "owner", "department", "team", "version", "created_at",
        "updated_at",
    )  # fmt: skip
    read_only = fields
    filters = {
        "number": "number", "date": "date", "status": "status", "delivery": "delivery", "party": "party",
        "company": "company", "condition": "condition", "order": "delivery__order",
        "updated_at": "updated_at",
    }  # fmt: skip
    orderings = {"date": "date", "number": "number", "party": "party_name"}
    expands = ("party", "company", "delivery", "place", "credit_note")
    children = (
        Child(
            "lines",
            DeliveryReturnLine,
            "delivery_return",
            (),
            read_fields=(
                "position", "delivery_line", "product", "description", "quantity", "base_quantity", "serials",
            ),
        ),
    )  # fmt: skip
    form_sections = {
        "": (
            "number:3",
            "date:2",
            "delivery:3",
            "party:4",
            "place:3",
            "condition:2",
            "credit_note:3",
            "reason:12",
        )
    }
    form_columns = {"lines": ("description:320", "quantity:100", "serials:200")}

    def duplicate(self, request: Any, pk: int) -> Response:
        """What came back once doesn't come back again."""
        self.require("view")
        self.record(pk)
        raise Refused(_("A return is made from its delivery."), code="invalid_transition")
