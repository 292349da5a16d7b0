"""Field lists and behaviour that the documents of sales share."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.accounting.api.taxed import HEADER_FIELDS, READ_FIELDS, TaxedViewSet
from apps.documents.viewset import DocumentViewSet

FILTERS = {
    "number": "number", "date": "date", "status": "status", "party": "party", "company": "company",
    "currency": "currency", "owner": "owner", "department": "department", "team": "team",
    "po_reference": "po_reference", "grand_total": "grand_total", "product": "lines__product",
    "place_of_supply": "place_of_supply", "updated_at": "updated_at",
}  # fmt: skip
ORDERINGS = {"date": "date", "number": "number", "party": "party_name", "grand_total": "grand_total"}
HEADER = (*READ_FIELDS, *HEADER_FIELDS)


class SalesViewSet(DocumentViewSet):
    """Adds what the user should know to the message of an answer: credit warnings, stock not reserved."""

    deletable: ClassVar[bool] = True

    def listed(self, request: Any) -> Any:
        queryset = super().listed(request)
        if any(name.split("__", maxsplit=1)[0] == "product" for name in request.query_params):
            return queryset.distinct()
        return queryset

    def _answer(self, made: Any, row: Any, message: str) -> tuple[int, Any, str]:
        notices = getattr(made, "notices", None) or ()
        text = f"{message.rstrip('.')}. {' '.join(notices)}" if notices else message
        return super()._answer(made, row, text)


class OfferViewSet(SalesViewSet, TaxedViewSet):
    """Quotations and orders."""

    orderings: ClassVar[dict[str, str]] = ORDERINGS
    sale_terms = True
    expands: ClassVar[tuple[str, ...]] = (
        "party",
        "company",
        "currency",
        "payment_terms",
        "owner",
        "department",
    )
    form_lookups: ClassVar[dict[str, dict[str, Any]]] = {
        "party": {"query": "is_customer=true", "defaults": {"is_customer": True}}
    }

    def refine(self, queryset: Any) -> Any:
        return queryset.select_related("currency")
