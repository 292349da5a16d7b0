"""The party book in the back office."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseNotAllowed, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import path
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.admin.bases import ChildInline, MasterAdmin
from apps.core.admin.site import register
from apps.core.admin.urls import admin_url
from apps.core.errors import BahiError
from apps.core.keys import key_read
from apps.core.surfaces import codes
from apps.core.uow import run_in_unit_of_work
from apps.parties.models import Party, PartyAddress, PartyBankAccount, PartyContact, PaymentTerms
from apps.parties.services.billing import billing_company_release


class AddressInline(ChildInline):
    model = PartyAddress


class ContactInline(ChildInline):
    model = PartyContact


class BankAccountInline(ChildInline):
    model = PartyBankAccount


@register(Party)
class PartyAdmin(MasterAdmin):
    icon, menu_order = "contacts", 10
    quick_order = 80
    list_display: ClassVar[tuple[str, ...]] = (
        "display_name", "code", "gstin", "tax_treatment", "phone", "salesperson", "active",
    )  # fmt: skip
    list_filter: ClassVar[tuple[str, ...]] = ("is_customer", "is_vendor", "tax_treatment", "active")
    list_select_related: ClassVar[tuple[str, ...]] = ("salesperson",)
    autocomplete_fields: ClassVar[tuple[str, ...]] = ("payment_terms",)
    inlines: ClassVar[list[Any]] = [AddressInline, ContactInline, BankAccountInline]

    def get_urls(self) -> list[Any]:
        release = self.admin_site.admin_view(self.release_view)
        release.declared = codes("parties.view_party", "company.release_lock")
        return [
            path("<path:object_id>/release/", release, name="parties_party_release"), *super().get_urls()
        ]  # fmt: skip

    def release_view(self, request: HttpRequest, object_id: str) -> HttpResponse:
        """POST ``reason``: another company may bill the party from now on."""
        if request.method != "POST":
            return HttpResponseNotAllowed(["POST"])
        rows = Party.objects.for_user(request.user)
        party = get_object_or_404(rows, pk=key_read(object_id))
        if not may(request.user, "company.release_lock"):
            raise PermissionDenied
        reason = request.POST.get("reason", "")
        try:
            run_in_unit_of_work(lambda: billing_company_release(party=party, reason=reason, by=request.user))
            messages.success(request, _("Released."))
        except BahiError as error:
            messages.error(request, error.detail)
        return HttpResponseRedirect(admin_url(party))


@register(PaymentTerms)
class PaymentTermsAdmin(MasterAdmin):
    icon, menu_order = "schedule", 90
    list_display: ClassVar[tuple[str, ...]] = ("code", "name", "days", "from_month_end", "active")
