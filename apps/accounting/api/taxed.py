"""Base of the API of every document with tax, in accounting and above: what a change of party, date or
product resets, and the check of totals that a client sends."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal, InvalidOperation
from typing import Any, ClassVar

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.accounting.invoicing.invoices import sale_compute
from apps.accounting.invoicing.price_reasons import price_reasons
from apps.accounting.invoicing.sale_terms import sale_terms_check
from apps.core.api.rendering import envelope
from apps.core.errors import ErrorList
from apps.core.records import Child
from apps.documents.lifecycle import lifecycle_of
from apps.documents.viewset import DocumentViewSet

TOTALS = (
    "gross_total", "discount_total", "taxable_total", "cgst_total", "sgst_total", "igst_total", "cess_total",
    "charges_total", "round_off", "grand_total", "base_total",
)  # fmt: skip
LINE_TOTALS = ("taxable_value", "cgst", "sgst", "igst", "cess", "line_total", "gst_rate", "cess_rate")
HEADER_FIELDS = (
    "company", "party", "date", "billing_address", "shipping_address", "place_of_supply", "supply_kind",
    "currency", "exchange_rate", "prices_include_tax", "discount_amount", "reverse_charge", "po_reference",
    "po_date", "payment_terms", "terms", "special_terms", "owner", "department", "team", "notes", "tags",
    "custom",
)  # fmt: skip
READ_FIELDS = (
    "id", "number", "status", "version", "party_name", "party_gstin", "amount_in_words", "created_at",
    "updated_at", *TOTALS,
)  # fmt: skip
LINE_FIELDS = (
    "product", "description", "hsn", "quantity", "unit", "unit_price", "discount_percent", "tax_category",
    "shadow",
)  # fmt: skip
LINE_READ = (
    "position", "tax_class", "gst_rate", "cess_rate", "cess_per_unit", "gross_value", "discount_value",
    "taxable_value", "cgst", "sgst", "igst", "cess", "line_total", "unit_factor", "base_quantity",
)  # fmt: skip
PRICE_WHY = ("price_why",)
CHARGE_FIELDS = ("kind", "description", "amount", "tax_category")
CHARGE_READ = (
    "position", "gst_rate", "cess_rate", "taxable_value", "cgst", "sgst", "igst", "cess", "line_total",
)  # fmt: skip

_BY_PARTY: dict[str, Any] = {
    "billing_address": dict,
    "shipping_address": dict,
    "place_of_supply": str,
    "supply_kind": str,
    "currency": None,
    "exchange_rate": None,
    "payment_terms": None,
    "due_date": None,
}
_BY_PRODUCT: dict[str, Any] = {
    "description": str,
    "hsn": str,
    "unit": None,
    "unit_price": None,
    "tax_category": None,
}
_PIECES: dict[str, Any] = {"batch_code": str, "serials": list}


def charge_child(model: Any, parent: str) -> Child:
    """The charges of a document as its API shows them."""
    return Child("charges", model, parent, CHARGE_FIELDS, CHARGE_READ, rename={"kind": "charge_kind"})


def line_child(model: Any, parent: str, *more: str, read: tuple[str, ...] = ()) -> Child:
    """The lines of a document as its API shows them, with further writable and readable fields."""
    return Child("lines", model, parent, (*LINE_FIELDS, *more), (*LINE_READ, *read))


class TaxedViewSet(DocumentViewSet):
    """``compute`` works the draft out; a value nobody sends follows the party, the date and the product."""

    deletable = True
    sale_terms: ClassVar[bool] = False  # whether prices and discounts are what the person may give
    form_totals: ClassVar[tuple[str, ...]] = TOTALS[1:]

    def __init_subclass__(cls, **kwargs: Any) -> None:
        """Where prices come from the price lists, each line can tell why it costs what it does."""
        super().__init_subclass__(**kwargs)
        if cls.sale_terms and "model" in cls.__dict__:
            cls.children = tuple(
                replace(child, told=PRICE_WHY) if child.name == "lines" else child for child in cls.children
            )
            cls.form_notes = {"lines": {"unit_price": PRICE_WHY[0]}}
            cls.notes_verb = "price-reasons"
            cls.reads = {**cls.reads, cls.notes_verb: "price_reasons"}
            cls.verb_permissions = {**cls.verb_permissions, cls.notes_verb: ""}

    def compute_preview(self, document: Any, children: dict[str, list[Any]]) -> None:
        self.compute(document, children)
        if self.sale_terms:
            lines = children.get("lines", [])
            for line, text in zip(lines, price_reasons(document, lines), strict=True):
                line.price_why = text

    def price_reasons(self, request: Any, pk: int) -> Response:
        """Why each line of a draft costs what it does. What was agreed already, the price lists of today
        don't explain."""
        self.require("view")
        row = self.record(pk)
        rows = row.lines.select_related("product__unit").order_by("position")
        lines = list(rows) if lifecycle_of(type(row)).editable(row.status) else []
        told = zip(lines, price_reasons(row, lines), strict=True)
        return Response(envelope({"lines": [{"id": line.pk, "price_why": text} for line, text in told]}))

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        self.work_out(document, children)
        if self.sale_terms:
            sale_terms_check(document, children.get("lines", []), by=self.request.user)
        self._compare_totals(document, children.get("lines", []))

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        """Hook: the service that fills defaults and totals."""
        sale_compute(document, children)

    def read_input(
        self, data: Any, *, partial: bool = False, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any], Any]:
        self._sent = dict(data) if isinstance(data, dict) else {}
        self._before: dict[str, Any] = {}
        return super().read_input(data, partial=partial, row=row)

    def save_record(
        self, instance: Any, values: dict[str, Any], children: dict[str, Any], version: Any
    ) -> Any:
        if instance.pk is not None:
            self._before = {name: getattr(instance, name) for name in TOTALS}
            reset_defaults(instance, values)
            reset_lines(instance, children.get("lines"))
        return super().save_record(instance, values, children, version)

    def _compare_totals(self, document: Any, lines: list[Any]) -> None:
        """A total that the client worked out must be ours; one it only gives back unchanged is no claim."""
        errors = ErrorList()
        sent, before = getattr(self, "_sent", {}), getattr(self, "_before", {})
        for name in TOTALS:
            _compare(sent.get(name), name, getattr(document, name), before.get(name), errors)
        rows = sent.get("lines")
        for index, (row, line) in enumerate(zip(rows if isinstance(rows, list) else [], lines, strict=False)):
            if isinstance(row, dict) and not row.get("id"):
                for name in LINE_TOTALS:
                    _compare(row.get(name), f"lines.{index}.{name}", getattr(line, name), None, errors)
        errors.raise_if_any()


def _compare(sent: Any, path: str, ours: Decimal, before: Decimal | None, errors: ErrorList) -> None:
    if sent is None or sent == "":
        return
    try:
        stated = Decimal(str(sent))
    except InvalidOperation:
        errors.add(path, _("This is not a number."))
        return
    if not stated.is_finite() or stated not in (ours, before):
        errors.add(path, _("We work out %(ours)s.") % {"ours": format(ours, "f")}, "differs")


def reset_defaults(document: Any, values: dict[str, Any]) -> None:
    """Values that were filled for another party, currency or day are worked out anew unless sent."""
    party = values.get("party")
    if party is not None and party.pk != document.party_id:
        for name, empty in _BY_PARTY.items():
            if hasattr(type(document), name):
                values.setdefault(name, empty() if empty else None)
    moved = "date" in values and values["date"] != document.date
    currency = values.get("currency", document.currency)
    other_currency = currency is None or currency.pk != document.currency_id
    if moved or other_currency:
        values.setdefault("exchange_rate", None)
    terms = values.get("payment_terms", document.payment_terms)
    if hasattr(type(document), "due_date") and (moved or terms != document.payment_terms):
        values.setdefault("due_date", None)
    if "shipping_address" in values and values["shipping_address"] != document.shipping_address:
        values.setdefault("place_of_supply", "")


def reset_lines(document: Any, rows: list[dict[str, Any]] | None) -> None:
    """A kept line that gets another product takes text, unit, price and tax of that product unless sent."""
    changed = [row for row in rows or [] if row.get("id") and row.get("product") is not None]
    if not changed:
        return
    known = dict(document.lines.values_list("pk", "product_id"))
    columns = {field.name for field in document.lines.model._meta.concrete_fields}
    reset = _BY_PRODUCT | {name: empty for name, empty in _PIECES.items() if name in columns}
    for row in changed:
        if known.get(row["id"]) not in (None, row["product"].pk):
            for name, empty in reset.items():
                row.setdefault(name, empty() if empty else None)
