"""The customer's link to one quotation: signed for this organisation, good while the offer stands."""

from __future__ import annotations

from dataclasses import dataclass

from django.core.signing import BadSignature
from django.urls import reverse

from apps.company.selectors import company_today
from apps.core.keys import key_read
from apps.core.tenant import signer
from apps.sales.models import Quotation

PURPOSE = "sales.quotation-link"


@dataclass(frozen=True)
class LinkTarget:
    """The offer behind a token. ``state``: open (may be answered), answered, ended or replaced."""

    quotation: Quotation
    state: str


def quotation_token(quotation: Quotation) -> str:
    """The token of the link; empty while the offer was never sent."""
    if not quotation.link_key:
        return ""
    return signer(PURPOSE).sign(f"{quotation.pk}.{quotation.link_key}")


def quotation_link(quotation: Quotation) -> str:
    """Path of the customer's page; empty while the offer was never sent."""
    token = quotation_token(quotation)
    return reverse("sales_quotation_public", args=[token]) if token else ""


def quotation_of_token(token: str) -> LinkTarget | None:
    """The offer that a token opens; None for a token that is forged, old or of another organisation."""
    try:
        text = signer(PURPOSE).unsign(token)
    except BadSignature:
        return None
    pk, _sep, key = text.partition(".")
    rows = Quotation.objects.select_related("company", "party", "currency")
    quotation = rows.filter(pk=key_read(pk)).first()
    if quotation is None or not key or quotation.link_key != key or quotation.status == "draft":
        return None
    return LinkTarget(quotation, quotation_state(quotation))


def quotation_state(quotation: Quotation) -> str:
    """How an offer that was sent stands for the customer: open, answered, ended or replaced."""
    if quotation.status == "superseded":
        return "replaced"
    if quotation.status in ("accepted", "rejected"):
        return "answered"
    over = quotation.valid_until is not None and quotation.valid_until < company_today()
    return "ended" if over or quotation.status == "expired" else "open"
