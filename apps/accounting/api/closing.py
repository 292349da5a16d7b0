"""API of year closings."""

from __future__ import annotations

from typing import Any

from apps.accounting.closing.services import closing_compute
from apps.accounting.models import YearClosing
from apps.core.registry import register_resource
from apps.documents.viewset import DocumentViewSet


@register_resource
class YearClosingApi(DocumentViewSet):
    """A draft shows the result as it stands; ``close`` posts it, ``reopen`` takes it back."""

    model, path = YearClosing, "accounting/year-closings"
    fields = (
        "id", "company", "number", "date", "status", "fiscal_year", "income_total", "expense_total", "profit",
        "journal_entry", "reversal_entry", "reopen_reason", "owner", "department", "team", "notes", "tags",
        "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = (
        "id", "number", "date", "status", "income_total", "expense_total", "profit", "journal_entry",
        "reversal_entry", "reopen_reason", "version", "created_at", "updated_at",
    )  # fmt: skip
    filters = {
        "company": "company", "number": "number", "date": "date", "status": "status",
        "fiscal_year": "fiscal_year", "profit": "profit", "updated_at": "updated_at",
    }  # fmt: skip
    expands = ("company", "fiscal_year", "owner", "journal_entry", "reversal_entry")
    deletable = True
    form_sections = {"": ("company:3", "fiscal_year:3", "notes:12")}
    form_totals = ("income_total", "expense_total", "profit")
    form_lookups = {"fiscal_year": {"query": "company={company}"}}

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        closing_compute(document, children)
