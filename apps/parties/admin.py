"""The party book in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from apps.core.admin.bases import ChildInline, MasterAdmin
from apps.core.admin.site import register
from apps.parties.models import Party, PartyAddress, PartyContact, PaymentTerms


class AddressInline(ChildInline):
    model = PartyAddress


class ContactInline(ChildInline):
    model = PartyContact


@register(Party)
class PartyAdmin(MasterAdmin):
    icon, menu_order = "contacts", 10
    list_display: ClassVar[tuple[str, ...]] = (
        "display_name", "code", "gstin", "tax_treatment", "phone", "salesperson", "active",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("is_customer", "is_vendor", "tax_treatment", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("salesperson",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("payment_terms",)
    inlines: ClassVar[list[Any]] = [AddressInline, ContactInline]


@register(PaymentTerms)
class PaymentTermsAdmin(MasterAdmin):
    icon, menu_order = "schedule", 90
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "days", "from_month_end", "active")
