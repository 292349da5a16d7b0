"""API of the party book."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.response import Response

from apps.core.api.resource import MasterViewSet
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.records import Child
from apps.core.registry import register_resource
from apps.parties.duplicates import possible_duplicates
from apps.parties.models import Party, PartyAddress, PartyBankAccount, PartyContact, PaymentTerms
from apps.parties.services.billing import billing_company_release


@register_resource
class PartyApi(MasterViewSet):
    model, path = Party, "parties/parties"
    quick_fields = (
        "display_name:12", "legal_name:12", "gstin:6", "tax_treatment:6", "place_of_supply:6", "phone:6",
        "email:12",
    )  # fmt: skip
    lookup_sub = ("legal_name", "gstin")
    fields = (
        "id", "code", "legal_name", "display_name", "is_customer", "is_vendor", "is_person", "gstin", "pan",
        "tax_treatment", "place_of_supply", "msme_number", "tds_section", "phone", "email", "currency",
        "payment_terms", "credit_limit", "credit_days", "overdue_days", "credit_policy", "salesperson",
        "department", "territory", "language", "external_id", "own_company", "billing_company", "tags",
        "active", "version", "created_at", "updated_at",
    )  # fmt: skip
    read_only = ("id", "billing_company", "version", "created_at", "updated_at")
    filters = {
        name: name
        for name in (
            "code", "display_name", "legal_name", "is_customer", "is_vendor", "gstin", "tax_treatment",
            "salesperson", "department", "active", "updated_at", "external_id", "own_company",
        )
    }  # fmt: skip
    expands = ("currency", "payment_terms", "salesperson", "department", "own_company", "billing_company")
    children = (
        Child(
            "addresses",
            PartyAddress,
            "party",
            ("kind", "line1", "line2", "city", "state_code", "postal_code", "country", "gstin"),
            rename={"kind": "address_kind"},
        ),
        Child("contacts", PartyContact, "party", ("name", "role", "phone", "email", "is_primary")),
        Child(
            "bank_accounts",
            PartyBankAccount,
            "party",
            ("account_name", "bank_name", "account_number", "ifsc", "swift", "upi_id", "is_primary"),
            limit=20,
        ),
    )
    verbs = {"release-company": "release_company"}
    verb_permissions = {"release-company": "company.release_lock", "duplicates": "view"}
    reads = {"duplicates": "duplicates"}

    def duplicates(self, request: Any, pk: int) -> Response:
        """Parties that may be the same: ``party``, ``score`` in percent, ``fields`` that agree."""
        self.require("view")
        found = possible_duplicates(self.record(pk), user=request.user, limit=20)
        return Response([
            {"party": item.party.pk, "display_name": item.party.display_name, "score": item.score,
             "fields": item.fields}
            for item in found
        ])  # fmt: skip

    def release_company(self, request: Any, pk: int) -> Response:
        """``{"reason": …}``: another company may bill the party from now on."""
        self.require("view")
        party = self.record(pk)
        reason = str(known_fields(request.data, {"reason"}).get("reason") or "")

        def work() -> tuple[int, Any, str]:
            billing_company_release(party=party, reason=reason, by=request.user)
            return 200, self.one(self.record(pk)), _("Released.")

        return api_write(request, work)


@register_resource
class PaymentTermsApi(MasterViewSet):
    model, path = PaymentTerms, "parties/payment-terms"
    form_small = True
    fields = ("id", "code", "name", "days", "from_month_end", "active", "version")
    read_only = ("id", "version")
    filters = {"code": "code", "active": "active"}
