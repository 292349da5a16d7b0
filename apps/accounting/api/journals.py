"""API of what was posted: read only."""

from __future__ import annotations

from apps.accounting.models import Journal, JournalEntry, JournalLine
from apps.core.api.resource import MasterViewSet, ResourceViewSet
from apps.core.records import Child
from apps.core.registry import register_resource

LINE_FIELDS = (
    "position", "account", "party", "base_amount", "debit", "credit", "currency", "amount", "cost_centre",
    "project", "description", "tax_role", "quantity",
)  # fmt: skip


@register_resource
class JournalApi(MasterViewSet):
    model, path = Journal, "accounting/journals"
    fields = ("id", "company", "code", "name", "kind", "prefix")
    rename = {"kind": "journal_kind"}
    filters = {"company": "company", "code": "code", "kind": "journal_kind"}
    form_small = True
    deletable = False


@register_resource
class JournalEntryApi(ResourceViewSet):
    model, path = JournalEntry, "accounting/journal-entries"
    fields = (
        "id", "company", "journal", "fiscal_year", "sequence", "number", "date", "source", "source_kind",
        "source_id", "purpose", "narration", "currency", "exchange_rate", "total", "line_count",
        "reversal_of", "reversed_by", "posted_by", "reason", "hash", "recorded_at",
    )  # fmt: skip
    read_only = fields
    rename = {"hash": "content_hash", "reversed_by": "reversed_by_id"}
    writable = False
    filters = {
        "company": "company", "journal": "journal", "journal_code": "journal__code",
        "fiscal_year": "fiscal_year", "number": "number", "date": "date",
        "source_kind": "source_kind", "source_id": "source_id",
        "purpose": "purpose", "total": "total", "reversal_of": "reversal_of", "recorded_at": "recorded_at",
    }  # fmt: skip
    orderings = {"sequence": "sequence"}
    expands = ("company", "journal", "currency", "reversal_of")
    children = (Child("lines", JournalLine, "entry", (), read_fields=LINE_FIELDS),)

    def refine(self, queryset):
        return queryset.select_related("reversed_by")


@register_resource
class JournalLineApi(ResourceViewSet):
    model, path = JournalLine, "accounting/journal-lines"
    fields = ("id", "entry", "company", "date", *LINE_FIELDS)
    read_only = fields
    writable = False
    filters = {
        "entry": "entry", "company": "company", "date": "date", "account": "account", "party": "party",
        "cost_centre": "cost_centre", "project": "project", "base_amount": "base_amount",
        "tax_role": "tax_role",
    }  # fmt: skip
    expands = ("account", "party", "entry", "cost_centre", "project")
