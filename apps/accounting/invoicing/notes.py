"""What credit and debit notes share: a note follows the invoice that it corrects."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.money import ZERO, round_money
from apps.documents.services.links import link_add

HEADER = (
    "party_id", "currency_id", "exchange_rate", "place_of_supply", "supply_kind", "reverse_charge",
    "prices_include_tax", "billing_address", "shipping_address", "party_name", "party_gstin",
)  # fmt: skip


def header_from_invoice(document: Any) -> None:
    """Party, routing and rate are those of the invoice, whatever was sent. Raises InvalidInput."""
    invoice = document.invoice
    if invoice.status != "posted":
        raise InvalidInput(_("Only a posted invoice can be corrected."), field="invoice", code="not_posted")
    if document.company_id not in (None, invoice.company_id):
        raise InvalidInput(_("The invoice is of another company."), field="company", code="company")
    if document.party_id not in (None, invoice.party_id):
        raise InvalidInput(_("The invoice is of another party."), field="party", code="party")
    document.company_id = invoice.company_id
    if document.date is not None and document.date < invoice.date:
        raise InvalidInput(_("A note can't be dated before its invoice."), field="date", code="min_value")
    for name in HEADER:
        setattr(document, name, getattr(invoice, name))
    document.discount_amount = round_money(ZERO)


def note_link(document: Any) -> None:
    """The invoice and its note show each other as related."""
    if document.invoice_id is not None:
        link_add(document.invoice, document, "corrects")
