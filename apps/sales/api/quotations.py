"""sales/quotations"""

from __future__ import annotations

from typing import Any, ClassVar

from django.urls import reverse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from rest_framework.response import Response

from apps.accounting.api.taxed import READ_FIELDS, charge_child, line_child
from apps.core.api.rendering import envelope
from apps.core.registry import register_resource
from apps.sales.api.common import FILTERS, HEADER, ORDERINGS, OfferViewSet
from apps.sales.models import Quotation, QuotationCharge, QuotationLine
from apps.sales.selectors import quotation_comparison
from apps.sales.services.public_links import quotation_link
from apps.sales.services.quotations import quotation_compute


@register_resource
class QuotationApi(OfferViewSet):
    model, path = Quotation, "sales/quotations"
    fields = (
        *HEADER, "valid_until", "revision", "root", "decided_by", "decided_at", "reject_reason",
    )  # fmt: skip
    read_only = (*READ_FIELDS, "revision", "root", "decided_by", "decided_at", "reject_reason")
    filters = {**FILTERS, "valid_until": "valid_until", "revision": "revision", "root": "root"}
    orderings = {**ORDERINGS, "valid_until": "valid_until"}
    children = (
        line_child(
            QuotationLine, "quotation", "optional", "alternative", "chosen", read=("choice", "origin_id")
        ),
        charge_child(QuotationCharge, "quotation"),
    )
    reads: ClassVar[dict[str, str]] = {"pdf": "pdf", "compare": "compare", "link": "link"}
    verb_permissions: ClassVar[dict[str, str]] = {"compare": "", "link": ""}
    form_sections = {
        "": ("company:3", "date:2", "valid_until:2", "party:5"),
        _("Delivery and tax"): (
            "billing_address:6", "shipping_address:6", "place_of_supply:3", "currency:2", "exchange_rate:2",
            "prices_include_tax:3", "discount_amount:2",
        ),
        _("References"): ("po_reference:4", "po_date:2", "payment_terms:3", "owner:3"),
        _("Terms"): ("terms:6", "special_terms:6", "notes:12"),
    }  # fmt: skip
    form_columns = {
        "lines": (
            "product:220", "description:260", "hsn:80", "quantity:90", "unit:80", "unit_price:110",
            "discount_percent:80", "tax_category:120", "optional:60", "alternative:60", "chosen:60",
            "shadow:60", "taxable_value:110",
            "line_total:120",
        ),
        "charges": ("kind:120", "description:240", "amount:110", "tax_category:120", "line_total:120"),
    }  # fmt: skip
    form_more = {"lines": ("optional", "alternative", "chosen", "shadow")}
    form_labels = {"charges": _("Charges")}

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        quotation_compute(document, children["lines"], children["charges"])

    def form_tools(self, document: Any, user: Any) -> list[dict[str, Any]]:
        found: list[dict[str, Any]] = []
        if document.revision > 1 or document.status == "superseded":
            url = reverse("admin:sales_quotation_compare", args=[document.pk])
            found.append(
                {"name": "compare", "label": gettext("Compare revisions"), "does": "page", "url": url}
            )
        if document.link_key:
            found.append(
                {
                    "name": "link",
                    "label": gettext("Copy customer's link"),
                    "does": "copy",
                    "url": f"/api/v1/{self.path}/{document.pk}/link/",
                    "text": gettext("Whoever has this address can read the offer and answer it."),
                }
            )
        return found

    def compare(self, request: Any, pk: int) -> Response:
        """All revisions of the offer side by side."""
        self.require("view")
        return Response(envelope(quotation_comparison(self.record(pk), by=request.user)))

    def link(self, request: Any, pk: int) -> Response:
        """Address of the page on which the customer answers; empty while it isn't sent."""
        self.require("view")
        path = quotation_link(self.record(pk))
        return Response(envelope({"url": request.build_absolute_uri(path) if path else ""}))
