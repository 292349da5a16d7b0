"""API of manual vouchers."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.models import Voucher, VoucherLine
from apps.accounting.vouchers.services import voucher_check, voucher_compute
from apps.core.records import Child
from apps.core.registry import register_resource
from apps.documents.viewset import DocumentViewSet


@register_resource
class VoucherApi(DocumentViewSet):
    model, path = Voucher, "accounting/vouchers"
    fields = (
        "id", "company", "number", "date", "status", "journal", "narration", "debit_total", "credit_total",
        "journal_entry", "reversal_entry", "owner", "department", "team", "notes", "tags", "version",
        "created_at", "updated_at",
    )  # fmt: skip
    read_only = (
        "id", "number", "status", "debit_total", "credit_total", "journal_entry", "reversal_entry", "version",
        "created_at", "updated_at",
    )  # fmt: skip
    filters = {
        "company": "company", "number": "number", "date": "date", "status": "status", "journal": "journal",
        "owner": "owner", "debit_total": "debit_total", "updated_at": "updated_at",
    }  # fmt: skip
    expands = ("company", "journal", "owner", "journal_entry")
    deletable = True
    form_sections = {
        "": ("company:3", "date:2", "journal:3", "narration:8"),
        _("More"): ("owner:3", "department:3", "team:3", "notes:12"),
    }
    form_columns = {
        "lines": ("account:280", "debit:120", "credit:120", "currency:90", "amount:120", "exchange_rate:100",
                  "party:200", "cost_centre:140", "description:220")
    }  # fmt: skip
    form_more = {"lines": ("currency", "amount", "exchange_rate")}
    form_totals = ("debit_total", "credit_total")
    form_lookups = {
        "journal": {"query": "company={company}"},
        "lines.account": {"query": "is_group=false&locked=false&company={company}"},
    }
    children = (
        Child(
            "lines",
            VoucherLine,
            "voucher",
            (
                "account",
                "debit",
                "credit",
                "currency",
                "amount",
                "exchange_rate",
                "party",
                "cost_centre",
                "description",
            ),
            required=True,
            limit=500,
        ),
    )

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        voucher_compute(document, children)

    def compute_kept(self, document: Any, children: dict[str, list[Any]]) -> None:
        """A voucher that is saved has two sides that agree; a preview while typing needn't."""
        voucher_compute(document, children)
        voucher_check(document, children["lines"])
