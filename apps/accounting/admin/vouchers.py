"""Manual vouchers."""

from __future__ import annotations

from typing import ClassVar

from apps.accounting.models import Voucher
from apps.core.admin.site import register
from apps.documents.admin_base import DocumentAdmin


@register(Voucher)
class VoucherAdmin(DocumentAdmin):
    icon, menu_order = "edit_note", 65
    quick_order = 100
    list_display: ClassVar[tuple[str, ...]] = (
        "document_number", "date", "journal", "narration", "debit_total", "state_badge", "owner",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("company", "status", "journal__journal_kind")
    list_select_related: ClassVar[tuple[str, ...]] = ("journal", "owner")
    list_totals = ("debit_total",)
