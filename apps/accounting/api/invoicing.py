"""API of invoices, proformas, credit notes, bills and open items."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.accounting.api.taxed import HEADER_FIELDS, READ_FIELDS, TaxedViewSet, charge_child, line_child
from apps.accounting.choices import ItemStatus
from apps.accounting.invoicing.bills import bill_compute
from apps.accounting.invoicing.credit_notes import credit_note_compute
from apps.accounting.invoicing.debit_notes import debit_note_compute
from apps.accounting.models import (
    Bill,
    BillCharge,
    BillLine,
    CreditNote,
    CreditNoteCharge,
    CreditNoteLine,
    DebitNote,
    DebitNoteCharge,
    DebitNoteLine,
    Invoice,
    InvoiceCharge,
    InvoiceLine,
    Proforma,
    ProformaCharge,
    ProformaLine,
)
from apps.core.keys import key_sent, keys_joined
from apps.core.registry import register_resource

SETTLED = (
    "payment_status",
    "balance_due",
    "journal_entry",
    "cancelled_on",
    "cancel_reason",
    "reversal_entry",
)
FILTERS = {
    "number": "number", "date": "date", "status": "status", "company": "company", "party": "party",
    "owner": "owner", "department": "department", "team": "team", "grand_total": "grand_total",
    "place_of_supply": "place_of_supply", "supply_kind": "supply_kind", "currency": "currency",
    "po_reference": "po_reference", "created_at": "created_at", "updated_at": "updated_at",
}  # fmt: skip
SETTLED_FILTERS = {
    "payment_status": "open_item__status",
    "balance_due": "open_item__open_amount",
    "journal_entry": "journal_entry",
}
EXPANDS = ("company", "party", "currency", "owner")
DIMENSIONS = ("account", "cost_centre", "project")
PIECES = ("batch_code", "serials")
HEAD = (
    "company:3",
    "party:4",
    "date:2",
    "due_date:3",
    "po_reference:3",
    "po_date:2",
    "payment_terms:3",
    "owner:3",
)
SECTIONS = {
    "": HEAD,
    _("Tax"): ("place_of_supply:3", "supply_kind:3", "currency:2", "exchange_rate:2", "prices_include_tax:2",
            "reverse_charge:2", "discount_amount:2"),
    _("Addresses"): ("billing_address:6", "shipping_address:6"),
    _("Terms"): ("terms:6", "special_terms:6", "notes:12"),
}  # fmt: skip
MONEY_COLUMNS = ("tax_category:110", "gst_rate:70", "taxable_value:110", "line_total:120")
SALE_COLUMNS = ("product:220", "description:240", "hsn:80", "quantity:90", "unit:80", "unit_price:110",
                "discount_percent:80")  # fmt: skip
BOOKED = ("account:180", "cost_centre:130", "project:130")
CHARGE_COLUMNS = ("kind:120", "description:240", "amount:120", "tax_category:140", "line_total:120")
COLUMNS = {"lines": (*SALE_COLUMNS, *BOOKED, *MONEY_COLUMNS), "charges": CHARGE_COLUMNS}
INVOICE_COLUMNS = {
    "lines": (*SALE_COLUMNS, "batch_code:110", "serials:160", "shadow:60", *BOOKED, *MONEY_COLUMNS),
    "charges": CHARGE_COLUMNS,
}
PROFORMA_COLUMNS = {"lines": (*SALE_COLUMNS, "shadow:60", *MONEY_COLUMNS), "charges": CHARGE_COLUMNS}
BILL_COLUMNS = {
    "lines": (*SALE_COLUMNS, *BOOKED, "itc_eligible:70", *MONEY_COLUMNS[:1], "gst_rate_override:90",
              "override_reason:160", *MONEY_COLUMNS[1:]),
    "charges": CHARGE_COLUMNS,
}  # fmt: skip
BOOKED_MORE = ("shadow", "account", "cost_centre", "project")


def booked_lookups(party: dict[str, Any], account_types: str) -> dict[str, dict[str, Any]]:
    """Look-ups of a form whose lines are booked: accounts of the company, that can be posted to."""
    account = f"is_group=false&locked=false&active=true&account_type__in={account_types}&company={{company}}"
    return {
        **party,
        "lines.account": {"query": account},
        "lines.cost_centre": {"query": "active=true"},
        "lines.project": {"query": "active=true&company={company}"},
    }


CUSTOMERS = {"party": {"query": "is_customer=true&active=true", "defaults": {"is_customer": True}}}
VENDORS = {"party": {"query": "is_vendor=true&active=true", "defaults": {"is_vendor": True}}}
LABELS = {"charges": _("Charges"), "balance_due": _("Due")}
SALES = booked_lookups(CUSTOMERS, "income")
PURCHASES = booked_lookups(VENDORS, "expense,asset")


class SettledViewSet(TaxedViewSet):
    """A taxed document with an open item."""

    form_totals = (*TaxedViewSet.form_totals, "balance_due")

    def form_remark(self, document: Any) -> dict[str, str] | None:
        if document.status != "posted" or not document.open_item_id:
            return None
        status = ItemStatus(document.payment_status)
        return {"label": str(status.label), "tone": status.tone}

    def refine(self, queryset: Any) -> Any:
        return keys_joined(queryset, open_item=("open_amount", "status"), currency=("code",))


@register_resource
class InvoiceApi(SettledViewSet):
    model, path = Invoice, "accounting/invoices"
    sale_terms = True
    fields = (*READ_FIELDS, *HEADER_FIELDS, *SETTLED, "due_date", "moves_stock", "sent_at")
    read_only = (*READ_FIELDS, *SETTLED, "sent_at")
    filters = FILTERS | SETTLED_FILTERS | {"due_date": "due_date"}
    expands = (*EXPANDS, "payment_terms")
    children = (
        line_child(InvoiceLine, "invoice", *DIMENSIONS, *PIECES, read=("source_kind", "source_line_id")),
        charge_child(InvoiceCharge, "invoice"),
    )
    form_sections = SECTIONS | {"": (*HEAD, "moves_stock:3")}
    form_columns = INVOICE_COLUMNS
    form_more = {"lines": (*PIECES, *BOOKED_MORE)}
    form_labels = LABELS
    form_lookups = SALES


@register_resource
class ProformaApi(TaxedViewSet):
    model, path = Proforma, "accounting/proformas"
    sale_terms = True
    fields = (
        *READ_FIELDS,
        *HEADER_FIELDS,
        "due_date",
        "valid_until",
        "cancelled_on",
        "cancel_reason",
        "sent_at",
    )
    read_only = (*READ_FIELDS, "cancelled_on", "cancel_reason", "sent_at")
    filters = FILTERS | {"due_date": "due_date", "valid_until": "valid_until"}
    expands = EXPANDS
    children = (line_child(ProformaLine, "proforma"), charge_child(ProformaCharge, "proforma"))
    form_sections = SECTIONS
    form_columns = PROFORMA_COLUMNS
    form_more = {"lines": ("shadow",)}
    form_labels = LABELS
    form_lookups = CUSTOMERS

    def refine(self, queryset: Any) -> Any:
        return keys_joined(queryset, currency=("code",))


class NoteViewSet(SettledViewSet):
    """A note on an invoice."""

    def read_input(
        self, data: Any, *, partial: bool = False, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any], Any]:
        """Company and party of a note are those of its invoice: they need not be sent."""
        pk = key_sent(data.get("invoice")) if isinstance(data, dict) else None
        if not partial and pk is not None:
            found = Invoice.objects.for_user(self.request.user).filter(pk=pk)
            row = found.values("company_id", "party_id").first()
            if row:
                data = {"company": row["company_id"], "party": row["party_id"], **data}
        return super().read_input(data, partial=partial, row=row)


@register_resource
class CreditNoteApi(NoteViewSet):
    model, path = CreditNote, "accounting/credit-notes"
    fields = (
        *READ_FIELDS, *HEADER_FIELDS, *SETTLED, "invoice", "reason_code", "reason", "moves_stock", "sent_at",
    )  # fmt: skip
    read_only = (*READ_FIELDS, *SETTLED, "sent_at")
    filters = FILTERS | SETTLED_FILTERS | {"invoice": "invoice", "reason_code": "reason_code"}
    expands = (*EXPANDS, "invoice")
    children = (
        line_child(CreditNoteLine, "credit_note", "invoice_line", *DIMENSIONS, read=("value_only",)),
        charge_child(CreditNoteCharge, "credit_note"),
    )
    form_sections = {
        "": ("company:3", "party:4", "date:2", "invoice:3", "reason_code:3", "reason:4", "moves_stock:2"),
        _("Terms"): ("notes:12",),
    }
    form_columns = COLUMNS
    form_more = {"lines": BOOKED_MORE}
    form_labels = LABELS
    form_lookups = SALES | {"invoice": {"query": "party={party}&status=posted"}}

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        credit_note_compute(document, children)


@register_resource
class DebitNoteApi(NoteViewSet):
    """``unit_price`` of a line is what is charged in addition; ``invoice_line`` gives its product and tax."""

    model, path = DebitNote, "accounting/debit-notes"
    fields = (
        *READ_FIELDS, *HEADER_FIELDS, *SETTLED, "invoice", "reason_code", "reason", "due_date", "sent_at",
    )  # fmt: skip
    read_only = (*READ_FIELDS, *SETTLED, "sent_at")
    filters = FILTERS | SETTLED_FILTERS | {
        "invoice": "invoice", "reason_code": "reason_code", "due_date": "due_date",
    }  # fmt: skip
    expands = (*EXPANDS, "invoice")
    children = (
        line_child(DebitNoteLine, "debit_note", "invoice_line", *DIMENSIONS),
        charge_child(DebitNoteCharge, "debit_note"),
    )
    form_sections = {
        "": ("company:3", "party:4", "date:2", "invoice:3", "reason_code:3", "reason:4", "due_date:2"),
        _("Terms"): ("terms:6", "notes:6"),
    }
    form_columns = COLUMNS
    form_more = {"lines": BOOKED_MORE}
    form_labels = LABELS
    form_lookups = SALES | {"invoice": {"query": "party={party}&status=posted"}}

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        debit_note_compute(document, children)


@register_resource
class BillApi(SettledViewSet):
    model, path = Bill, "accounting/bills"
    fields = (
        *READ_FIELDS, *HEADER_FIELDS, *SETTLED, "vendor_number", "vendor_date", "vendor_round_off",
        "due_date", "moves_stock",
    )  # fmt: skip
    read_only = (*READ_FIELDS, *SETTLED)
    filters = FILTERS | SETTLED_FILTERS | {
        "vendor_number": "vendor_number", "vendor_date": "vendor_date", "due_date": "due_date",
    }  # fmt: skip
    expands = EXPANDS
    children = (
        line_child(
            BillLine, "bill", *DIMENSIONS, "gst_rate_override", "override_reason", "itc_eligible",
            read=("source_kind", "source_line_id"),
        ),
        charge_child(BillCharge, "bill"),
    )  # fmt: skip
    form_sections = {
        "": ("company:3", "party:4", "date:2", "due_date:3", "vendor_number:3", "vendor_date:2",
             "vendor_round_off:2", "po_reference:3"),
        _("Tax"): ("place_of_supply:3", "supply_kind:3", "currency:2", "exchange_rate:2",
                   "prices_include_tax:2", "reverse_charge:2", "discount_amount:2", "moves_stock:2"),
        _("Notes"): ("notes:12",),
    }  # fmt: skip
    form_columns = BILL_COLUMNS
    form_more = {"lines": ("cost_centre", "project", "itc_eligible", "gst_rate_override", "override_reason")}
    form_labels = LABELS
    form_lookups = PURCHASES

    def work_out(self, document: Any, children: dict[str, list[Any]]) -> None:
        bill_compute(document, children)
