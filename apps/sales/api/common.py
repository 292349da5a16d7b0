"""Field lists and behaviour that quotations and orders share."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.core.records import Child
from apps.documents.viewset import DocumentViewSet

HEADER = (
    "id", "company", "number", "date", "status", "party", "party_name", "party_gstin", "billing_address",
    "shipping_address", "place_of_supply", "supply_kind", "currency", "exchange_rate",
    "prices_include_tax", "discount_amount", "reverse_charge", "po_reference", "po_date",
    "payment_terms", "terms", "special_terms", "owner", "department", "team", "notes", "tags",
)  # fmt: skip
TOTALS = (
    "gross_total", "discount_total", "taxable_total", "cgst_total", "sgst_total", "igst_total",
    "cess_total", "charges_total", "round_off", "grand_total", "base_total", "amount_in_words",
)  # fmt: skip
FOOT = ("version", "created_at", "updated_at")
READ_ONLY = ("id", "number", "status", "party_name", "party_gstin", *TOTALS, *FOOT)
LINE_FIELDS = (
    "product", "description", "hsn", "quantity", "unit", "unit_price", "discount_percent",
    "tax_category", "shadow",
)  # fmt: skip
LINE_AMOUNTS = (
    "position", "gst_rate", "cess_rate", "taxable_value", "cgst", "sgst", "igst", "cess", "line_total",
    "unit_factor", "base_quantity",
)  # fmt: skip
FILTERS = {
    "number": "number", "date": "date", "status": "status", "party": "party", "company": "company",
    "currency": "currency", "owner": "owner", "department": "department", "team": "team",
    "po_reference": "po_reference", "grand_total": "grand_total", "product": "lines__product",
    "updated_at": "updated_at",
}  # fmt: skip
ORDERINGS = {"date": "date", "number": "number", "party": "party_name", "grand_total": "grand_total"}


def charges_of(model: Any, parent: str) -> Child:
    """The nested charges of a document."""
    return Child(
        "charges",
        model,
        parent,
        ("kind", "description", "amount", "tax_category"),
        read_fields=("position", "gst_rate", "taxable_value", "cgst", "sgst", "igst", "cess", "line_total"),
        rename={"kind": "charge_kind"},
        limit=50,
    )


class SalesViewSet(DocumentViewSet):
    """Adds what the user should know to the message of an answer: credit warnings, stock not reserved."""

    deletable: ClassVar[bool] = True
    orderings: ClassVar[dict[str, str]] = ORDERINGS
    expands: ClassVar[tuple[str, ...]] = (
        "party",
        "company",
        "currency",
        "payment_terms",
        "owner",
        "department",
    )

    def listed(self, request: Any) -> Any:
        queryset = super().listed(request)
        if any(name.split("__")[0] == "product" for name in request.query_params):
            return queryset.distinct()
        return queryset

    def _answer(self, made: Any, row: Any, message: str) -> tuple[int, Any, str]:
        notices = getattr(made, "notices", None) or ()
        return super()._answer(made, row, " ".join([message, *notices]))
