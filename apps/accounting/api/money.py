"""API of receipts, payments and open items."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.response import Response

from apps.accounting.choices import PaymentMode
from apps.accounting.models import (
    Bill,
    Invoice,
    OpenItem,
    Payment,
    PaymentAllocation,
    Receipt,
    ReceiptAllocation,
)
from apps.accounting.payments.allocation import items_set_off
from apps.accounting.payments.money import money_compute
from apps.accounting.payments.taking_back import settlements_of, settlements_take_back, written_off
from apps.accounting.payments.write_off import item_write_off
from apps.core.access import may
from apps.core.api.resource import ResourceViewSet
from apps.core.api.serializers import known_fields, record_chosen
from apps.core.api.transaction import api_write
from apps.core.errors import ErrorList, InvalidInput, NotAllowed
from apps.core.keys import key_sent
from apps.core.money import parse_decimal
from apps.core.records import Child
from apps.core.registry import register_resource
from apps.documents.viewset import DocumentViewSet

WRITTEN = (
    "company", "party", "project", "date", "mode", "account", "currency", "exchange_rate", "amount",
    "bank_charges", "tds_amount", "reference", "instrument_date", "owner", "department", "team", "notes",
    "tags", "custom",
)  # fmt: skip
READ = (
    "id", "number", "status", "version", "party_name", "unallocated", "base_total", "amount_in_words",
    "journal_entry", "cancelled_on", "cancel_reason", "reversal_entry", "sent_at", "created_at", "updated_at",
)  # fmt: skip
MAX_ROWS = 1000
OPEN_OF_PARTY = "party={party}&payment_status__in=unpaid,partly_paid"
ITEMS_OF_PARTY = "party={party}&status__in=unpaid,partly_paid"
MONEY_ACCOUNTS = "control__in=bank,cash&active=true"


def proposal(side: str, kind: str) -> dict[str, Any]:
    """What the form proposes in its allocations once the party is chosen: open documents, the oldest first.

    ``kind`` goes into the column ``invoice``, other open items into ``open_item``.
    """
    owed = "gt" if side == "receivable" else "lt"  # what we owe stands there with a minus
    query = f"side={side}&open_amount__{owed}=0&ordering=due_date&per_page=50"
    return {
        "url": f"/api/v1/accounting/open-items/?{query}",
        "by": ["company", "party", "currency"],
        "kind": kind,
        "columns": ["invoice", "open_item"],
        "amount": "amount",
        "spread": ["amount", "tds_amount"],
    }


class MoneyViewSet(DocumentViewSet):
    """Receipts and payments. ``allocations`` name an invoice (a bill for payments) or an open item."""

    deletable = True
    fields = (*READ, *WRITTEN)
    read_only = READ
    filters = {
        "number": "number", "date": "date", "status": "status", "company": "company", "party": "party",
        "project": "project", "mode": "mode", "account": "account", "amount": "amount",
        "currency": "currency", "reference": "reference", "owner": "owner", "department": "department",
        "team": "team",
        "created_at": "created_at", "updated_at": "updated_at", "unallocated": "open_item__open_amount",
        "allocation_status": "open_item__status",
    }  # fmt: skip
    expands = ("company", "party", "account", "currency", "owner", "project")
    form_sections = {
        "": ("company:3", "party:4", "date:2", "mode:3", "amount:3", "account:4", "reference:3",
             "tds_amount:2"),
        gettext_lazy("Currency, bank charges, cheque"): (
            "currency:3", "exchange_rate:3", "bank_charges:3", "instrument_date:3", "project:6",
        ),
        gettext_lazy("Notes"): ("notes:12",),
    }  # fmt: skip
    form_wanted = {"instrument_date": ("mode", (PaymentMode.CHEQUE,))}  # its day decides whether it is held
    target: Any = None
    target_key = ""

    def refine(self, queryset: Any) -> Any:
        return queryset.select_related("open_item", "currency")

    def compute(self, document: Any, children: dict[str, list[Any]]) -> None:
        money_compute(document, children)

    def read_input(
        self, data: Any, *, partial: bool = False, row: Any = None
    ) -> tuple[dict[str, Any], dict[str, Any], Any]:
        return super().read_input(_with_aliases(data), partial=partial, row=row)

    def verb_input(self, data: dict[str, Any]) -> dict[str, Any]:
        """Ids in the body of ``allocate`` and ``unallocate`` as records that the user may see."""
        if self.verb == "allocate" and data.get("allocations") is not None:
            return data | {"allocations": self._rows(_with_aliases(data)["allocations"])}
        if self.verb == "unallocate":
            return self._undo_input(data)
        return data

    def _rows(self, rows: Any) -> list[dict[str, Any]]:
        if not isinstance(rows, list) or len(rows) > MAX_ROWS:
            raise InvalidInput(_("Send a list of documents with amounts."), field="allocations")
        errors, result = ErrorList(), []
        for index, row in enumerate(rows):
            values = self._row(row, f"allocations.{index}", errors)
            if values is not None:
                result.append(values)
        errors.raise_if_any()
        return result

    def _row(self, row: Any, path: str, errors: ErrorList) -> dict[str, Any] | None:
        if not isinstance(row, dict):
            errors.add(path, _("Must be an object with invoice and amount."))
            return None
        for name in row:
            if name not in ("invoice", "open_item", "amount", "id", "position"):
                errors.add(f"{path}.{name}"[:120], _("Unknown field."), "unknown")
        values: dict[str, Any] = {}
        for name, model, key in (
            ("invoice", self.target, self.target_key),
            ("open_item", OpenItem, "open_item"),
        ):
            if row.get(name) is not None:
                values[key] = self._visible(model, row[name], f"{path}.{name}", errors)
        try:
            values["amount"] = parse_decimal(str(row.get("amount", "")), places=2, allow_negative=False)
        except ValueError as error:
            errors.add(f"{path}.amount", str(error))
        return values

    def _visible(self, model: Any, pk: Any, path: str, errors: ErrorList) -> Any:
        return visible(model, pk, path, errors, self.request.user)

    def _undo_input(self, data: dict[str, Any]) -> dict[str, Any]:
        result = dict(data)
        if data.get("invoice") is None and "bill" in data:
            result["invoice"] = result.pop("bill")
        if result.get("invoice") is not None:
            errors = ErrorList()
            result["invoice"] = self._visible(self.target, result["invoice"], "invoice", errors)
            errors.raise_if_any()
        rows = data.get("allocations")
        if rows is not None:
            ids = (
                [row.get("id") if isinstance(row, dict) else row for row in rows]
                if isinstance(rows, list)
                else []
            )
            if not ids or None in map(key_sent, ids):
                raise InvalidInput(_("Send the ids of allocations."), field="allocations")
            result["allocations"] = ids
        return result


def visible(model: Any, pk: Any, path: str, errors: ErrorList, user: Any) -> Any:
    """A record by id, seen through the scope of the user like any other key in a body."""
    try:
        return record_chosen(model, pk, user, path)
    except InvalidInput as error:
        errors.items += error.errors
        return None


def _amount(value: Any, field: str = "amount") -> Decimal | None:
    if value is None:
        return None
    try:
        return parse_decimal(str(value), places=2, allow_negative=False)
    except ValueError as error:
        raise InvalidInput(str(error), field=field) from error


def _with_aliases(data: Any) -> Any:
    """``bill`` is taken for ``invoice`` in the rows of a payment."""
    rows = data.get("allocations") if isinstance(data, dict) else None
    if not isinstance(rows, list):
        return data
    renamed = [
        {"invoice" if name == "bill" else name: value for name, value in row.items()}
        if isinstance(row, dict)
        else row
        for row in rows
    ]
    return {**data, "allocations": renamed}


@register_resource
class ReceiptApi(MoneyViewSet):
    model, path = Receipt, "accounting/receipts"
    children = (
        Child("allocations", ReceiptAllocation, "receipt", ("invoice", "open_item", "amount"), ("position",)),
    )
    target, target_key = Invoice, "invoice"
    form_columns = {"allocations": ("invoice:240", "open_item:240", "amount:140")}
    form_labels = {"allocations": gettext_lazy("Pays these documents")}
    form_proposals = {"allocations": proposal("receivable", "accounting.invoice")}
    form_lookups = {
        "party": {"query": "is_customer=true&active=true", "defaults": {"is_customer": True}},
        "allocations.invoice": {"query": OPEN_OF_PARTY + "&status=posted", "sub": ["date", "balance_due"]},
        "allocations.open_item": {"query": ITEMS_OF_PARTY + "&side=receivable"},
        "account": {"query": MONEY_ACCOUNTS},
    }


@register_resource
class PaymentApi(MoneyViewSet):
    model, path = Payment, "accounting/payments"
    children = (
        Child(
            "allocations",
            PaymentAllocation,
            "payment",
            ("invoice", "open_item", "amount"),
            ("position",),
            rename={"invoice": "bill"},
        ),
    )
    target, target_key = Bill, "bill"
    form_columns = {"allocations": ("invoice:240", "open_item:240", "amount:140")}
    form_labels = {"allocations": gettext_lazy("Pays these documents")}
    form_proposals = {"allocations": proposal("payable", "accounting.bill")}
    form_lookups = {
        "party": {"query": "is_vendor=true&active=true", "defaults": {"is_vendor": True}},
        "allocations.invoice": {"query": OPEN_OF_PARTY + "&status=posted", "sub": ["date", "balance_due"]},
        "allocations.open_item": {"query": ITEMS_OF_PARTY + "&side=payable"},
        "account": {"query": MONEY_ACCOUNTS},
    }


@register_resource
class OpenItemApi(ResourceViewSet):
    """What is owed, document by document; written by postings only. ``write-off`` gives up a small rest,
    ``settled`` tells what stands against an item, ``take-back`` opens both sides again."""

    model, path = OpenItem, "accounting/open-items"
    fields = (
        "id", "company", "party", "side", "account", "source_kind", "source_id", "number", "date", "due_date",
        "currency", "amount", "base_amount", "open_amount", "open_base", "status", "entry",
    )  # fmt: skip
    read_only = fields
    filters = {
        "company": "company", "party": "party", "side": "side", "date": "date", "due_date": "due_date",
        "status": "status", "number": "number", "currency": "currency", "open_amount": "open_amount",
        "source_kind": "source_kind", "source_id": "source_id",
    }  # fmt: skip
    expands = ("company", "party", "currency")
    writable = False
    verbs = {"write-off": "write_off", "set-against": "set_against", "take-back": "take_back"}
    reads = {"settled": "settled"}
    verb_permissions = {
        "write-off": "accounting.write_off",
        "set-against": "accounting.set_off",
        "take-back": "accounting.set_off",
        "settled": "view",
    }

    def set_against(self, request: Any, pk: int) -> Response:
        """``{"item": id, "amount": …}``: set two open items of one party against each other (set-off between
        customer and vendor, a credit note against an invoice); no amount: as much as both allow."""
        self.require("view")
        first = self.record(pk)
        if not may(request.user, "accounting.set_off"):
            raise NotAllowed(_("You are not allowed to set items against each other."))
        data = known_fields(request.data, {"item", "amount"})
        errors = ErrorList()
        second = visible(OpenItem, data.get("item"), "item", errors, request.user)
        errors.raise_if_any()
        amount = _amount(data.get("amount"))

        def work() -> tuple[int, Any, str]:
            items_set_off(first, second, amount=amount, by=request.user)
            return 200, self.one(self.record(pk)), _("Set against each other.")

        return api_write(request, work)

    def write_off(self, request: Any, pk: int) -> Response:
        self.require("view")
        item = self.record(pk)
        if not may(request.user, "accounting.write_off"):
            raise NotAllowed(_("You are not allowed to write off."))
        data = known_fields(request.data, {"amount", "reason"})
        amount = _amount(data.get("amount"))

        def work() -> tuple[int, Any, str]:
            reason = str(data.get("reason") or "")[:200]
            item_write_off(item, by=request.user, reason=reason, amount=amount)
            return 200, self.one(self.record(pk)), _("Written off.")

        return api_write(request, work)

    def settled(self, request: Any, pk: int) -> Response:
        """What stands set against the item: the other document, the amount, whether a rest was given up."""
        self.require("view")
        item = self.record(pk)
        return Response([_settlement(item, row) for row in settlements_of([item])])

    def take_back(self, request: Any, pk: int) -> Response:
        """``{"allocation": id}`` of ``settled``; none: all that stands against the item."""
        self.require("view")
        item = self.record(pk)
        if not may(request.user, "accounting.set_off"):
            raise NotAllowed(_("You are not allowed to set items against each other."))
        data = known_fields(request.data, {"allocation"})

        def work() -> tuple[int, Any, str]:
            rows = settlements_of([item])
            if (wanted := data.get("allocation")) is not None:
                rows = [row for row in rows if row.pk == key_sent(wanted)]
                if not rows:
                    raise InvalidInput(
                        _("There is no such allocation."), field="allocation", code="not_found"
                    )
            settlements_take_back(rows, by=request.user)
            return 200, self.one(self.record(pk)), _("Allocation taken back")

        return api_write(request, work)


def _settlement(item: OpenItem, row: Any) -> dict[str, Any]:
    other = row.credit_item if row.debit_item_id == item.pk else row.debit_item
    return {
        "id": row.pk,
        "item": other.pk,
        "number": other.number,
        "date": row.date.isoformat(),
        "amount": format(row.amount, ".2f"),
        "written_off": written_off(row) is not None,
        "by": row.by_label,
    }
