"""What customers and vendors see of a document with tax: its lines, totals and terms."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.customer_portal.registry import Cell

LINE_CELLS = (
    Cell("description", gettext_lazy("Description"), "description", strong=True),
    Cell("quantity", gettext_lazy("Quantity"), "quantity", "quantity"),
    Cell("unit", gettext_lazy("Unit"), "unit.code"),
    Cell("unit_price", gettext_lazy("Price"), "unit_price", "money"),
    Cell("discount_percent", gettext_lazy("Discount"), lambda line: line.discount_percent or None, "percent"),
    Cell("gst_rate", gettext_lazy("GST"), lambda line: line.gst_rate or None, "percent"),
    Cell(
        "line_total", gettext_lazy("Amount"), lambda line: None if line.shadow else line.line_total, "money"
    ),
)


def taxed_sums(document: Any) -> list[tuple[Any, Decimal]]:
    """The totals of a document: what says nothing is left out, the grand total is last."""
    charges = [
        (row.description or row.get_charge_kind_display(), row.amount, False)
        for row in document.charges.all()
    ]
    table = (
        (_("Gross"), document.gross_total - document.charges_total, False),
        *charges,
        (_("Discount"), -document.discount_total, True),
        (_("Taxable value"), document.taxable_total, False),
        ("CGST", document.cgst_total, True),
        ("SGST", document.sgst_total, True),
        ("IGST", document.igst_total, True),
        (_("Cess"), document.cess_total, True),
        (_("Round-off"), document.round_off, True),
    )
    rows = [(label, amount) for label, amount, hide in table if amount or not hide]
    return [*rows, (_("Total"), document.grand_total)]


def taxed_texts(document: Any) -> list[tuple[Any, str]]:
    """The terms that hold for a document."""
    return [
        (_("In words"), document.amount_in_words),
        (_("Special terms"), document.special_terms),
        (_("Terms"), document.terms),
    ]
