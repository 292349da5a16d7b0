"""Year closings."""

from __future__ import annotations

from typing import ClassVar

from apps.accounting.models import YearClosing
from apps.core.admin.site import register
from apps.documents.admin_base import DocumentAdmin


@register(YearClosing)
class YearClosingAdmin(DocumentAdmin):
    icon, menu_order = "event_available", 67
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "fiscal_year", "company", "date", "income_total", "expense_total", "profit",
        "state_badge",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company", "status")
    list_select_related: ClassVar[tuple[str, ...]] = ("company", "fiscal_year")
