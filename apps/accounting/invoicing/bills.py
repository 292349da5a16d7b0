"""Vendor bills: working out a draft, posting, cancelling."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.events import BillCancelled, BillPosted, BillPosting, document_event
from apps.accounting.invoicing.common import entry_cancel, entry_post, postable_check, rows_of
from apps.accounting.invoicing.hold import party_lock
from apps.accounting.invoicing.invoices import Children, own_accounts_check
from apps.accounting.invoicing.postings import bill_posting
from apps.accounting.models import Bill
from apps.accounting.tax.documents import taxed_compute
from apps.company.models import FiscalYear
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.events import emit


def bill_compute(document: Bill, children: Children) -> None:
    """Fill defaults and totals of a bill draft. Refused ``duplicate`` for a vendor number seen this year."""
    lines = children.get("lines", [])
    own_accounts_check(document, lines)
    _overrides_check(lines)
    taxed_compute(document, lines, children.get("charges", []))
    if document.vendor_date and document.vendor_date > document.date:
        raise InvalidInput(_("The bill can't be dated after the day it is entered."), field="vendor_date")
    _fill_year(document)
    duplicate_check(document)


def _overrides_check(lines: list[Any]) -> None:
    errors = ErrorList()
    for index, line in enumerate(lines):
        if line.gst_rate_override is not None and not line.override_reason.strip():
            errors.add(
                f"lines.{index}.override_reason", _("Say why the rate differs from the master."), "required"
            )
    errors.raise_if_any()


def _fill_year(document: Bill) -> None:
    """The year in which the vendor's number may stand once: that of the paper, else of the entry."""
    days = [day for day in (document.vendor_date, document.date) if day]
    for day in days:
        document.fiscal_year = FiscalYear.objects.filter(
            company_id=document.company_id, start__lte=day, end__gte=day
        ).first()
        if document.fiscal_year is not None:
            return
    raise InvalidInput(_("There is no fiscal year for this date."), field="date", code="no_fiscal_year")


def duplicate_check(document: Bill) -> None:
    """Refused ``duplicate`` when this vendor's number is on another bill of the year."""
    if not document.vendor_number or not document.party_id:
        return
    twin = (
        Bill.objects.filter(
            party_id=document.party_id,
            vendor_number__iexact=document.vendor_number,
            fiscal_year_id=document.fiscal_year_id,
        )
        .exclude(status="cancelled")
        .exclude(pk=document.pk)
        .first()
    )
    if twin is not None:
        raise Refused(
            _("Bill %(number)s of this vendor is entered already (%(twin)s).")
            % {"number": document.vendor_number, "twin": twin},
            code="duplicate",
            field="vendor_number",
        )


def bill_post(document: Bill, *, by: Any, reason: str = "") -> None:
    """Post a bill: number, entry, open item. Needs the vendor's number (it goes into the returns)."""
    if not document.vendor_number:
        raise InvalidInput(
            _("The number on the vendor's bill is needed."), field="vendor_number", code="required"
        )
    lines, charges = rows_of(document, "product")
    postable_check(document, lines, charges)
    posting = bill_posting(document, lines, charges)
    party_lock(document)
    duplicate_check(document)
    emit(document_event(BillPosting, document, lines, by))
    entry_post(document, posting, side=Side.PAYABLE, sign=-1, by=by, reason=reason)
    emit(document_event(BillPosted, document, lines, by))


def bill_cancel(document: Bill, *, by: Any, reason: str = "") -> None:
    """Reverse a posted bill. Refused ``in_use`` with payments against it."""
    entry_cancel(document, by=by, reason=reason)
    emit(document_event(BillCancelled, document, None, by))
