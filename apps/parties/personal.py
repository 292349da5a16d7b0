"""Personal data of customers and vendors who are people, and of contact persons."""

from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.personal import BLANK, EMPTY, NAME, SWEPT, Holding, Subject, register_holding, register_subject

PARTY, CONTACT = "parties.party", "parties.partycontact"

register_subject(
    Subject(
        PARTY,
        _("Customer or vendor"),
        names=("legal_name", "display_name"),
        emails=("email",),
        phones=("phone",),
        numbers=("pan", "gstin", "msme_number"),
        only=Q(is_person=True),
        switch=lambda: {"active": False},
    )
)
register_subject(
    Subject(
        CONTACT, _("Contact person"), names=("name",), emails=("email",), phones=("phone",), through="party"
    )
)
register_holding(
    Holding(
        PARTY,
        PARTY,
        "pk",
        {
            "legal_name": NAME, "display_name": NAME, "code": BLANK, "gstin": BLANK, "pan": BLANK,
            "msme_number": BLANK, "phone": BLANK, "email": BLANK, "external_id": BLANK, "custom": EMPTY,
            "tags": EMPTY, "search_text": NAME,
        },
        ("tax_treatment", "tds_section", "place_of_supply", "credit_policy", "territory", "language"),
    ),
    Holding(
        "parties.partyaddress",
        PARTY,
        "party_id",
        {"line1": NAME, "line2": BLANK, "city": BLANK, "postal_code": BLANK, "gstin": BLANK},
        ("address_kind", "state_code", "country"),
    ),
    Holding(
        CONTACT,
        PARTY,
        "party_id",
        {"name": SWEPT, "role": BLANK, "phone": BLANK, "email": BLANK, "search_text": BLANK},
        removed=True,
    ),
    Holding(
        "parties.partybankaccount",
        PARTY,
        "party_id",
        {"account_name": NAME, "bank_name": BLANK, "account_number": BLANK, "ifsc": BLANK, "swift": BLANK,
         "upi_id": BLANK},
        ("is_primary",),
        removed=True,
    ),
    Holding(
        CONTACT,
        CONTACT,
        "pk",
        {"name": NAME, "role": BLANK, "phone": BLANK, "email": BLANK, "search_text": BLANK},
    ),
)  # fmt: skip
