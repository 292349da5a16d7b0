"""Place of supply and the kind of GST that follows from it.

Source: IGST Act 2017, sections 7 and 8 (inter-state or intra-state), 10 (goods in India, with clause (ca)
on unregistered buyers from 1 Oct 2023), 11 (exports and imports of goods), 12 (services in India), 13
(services with a party abroad), 16 (zero rating, SEZ); UTGST Act 2017 for the Union territories without a
legislature.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from apps.core.india.states import OTHER_COUNTRY, PLACE_CODES, UTGST_CODES


class TaxKind(StrEnum):
    """Which taxes a document bears. UTGST is stored, printed in its own name and filed in the SGST fields."""

    CGST_SGST = "CGST_SGST"
    CGST_UTGST = "CGST_UTGST"
    IGST = "IGST"
    NONE = "NONE"


class Supply(StrEnum):
    """What is supplied."""

    GOODS = "goods"
    SERVICE = "service"


class Recipient(StrEnum):
    """Who receives it, as far as the place of supply asks."""

    REGISTERED = "registered"
    UNREGISTERED = "unregistered"
    SEZ = "sez"
    OVERSEAS = "overseas"
    DEEMED_EXPORT = "deemed_export"
    UIN_HOLDER = "uin_holder"
    COMPOSITION = "composition"


@dataclass(frozen=True, slots=True)
class SupplyFacts:
    """The facts that decide the place of supply. All states are two-digit GST codes; unknown is ``None``.

    ``recipient_state`` is the registered place (or, for SEZ, the state of the unit); ``movement_ends`` is
    where the goods come to rest for delivery; ``goods_are_at`` is for goods that don't move or are
    assembled at a site; ``immovable_property_state`` and ``performed_at`` (event, restaurant, training)
    override the general rule for services; ``bill_to_ship_to`` says that a third person directed the
    delivery; ``address_on_invoice_state`` and ``address_on_record_state`` are for unregistered buyers of
    goods and services.
    """

    supply: Supply
    supplier_state: str
    recipient: Recipient
    recipient_state: str | None = None
    movement_ends: str | None = None
    goods_are_at: str | None = None
    bill_to_ship_to: bool = False
    address_on_invoice_state: str | None = None
    address_on_record_state: str | None = None
    immovable_property_state: str | None = None
    performed_at: str | None = None
    supplier_is_sez: bool = False


@dataclass(frozen=True, slots=True)
class PlaceOfSupply:
    """The answer: a state code (96 outside India) and the taxes."""

    place: str
    tax_kind: TaxKind


def place_of_supply(facts: SupplyFacts) -> PlaceOfSupply:
    """The place of supply and the kind of tax; ``ValueError`` names a state code that doesn't exist."""
    _check_code("supplier_state", facts.supplier_state)
    place = _goods_place(facts) if facts.supply == Supply.GOODS else _service_place(facts)
    _check_code("place of supply", place)
    sez = facts.supplier_is_sez or facts.recipient == Recipient.SEZ
    return PlaceOfSupply(place, tax_kind(facts.supplier_state, place, sez=sez))


def tax_kind(supplier_state: str, place: str, *, sez: bool = False) -> TaxKind:
    """CGST with SGST or UTGST inside one state, IGST across; a supply to or by an SEZ unit is always
    inter-state.
    """
    if sez or place == OTHER_COUNTRY or supplier_state != place:
        return TaxKind.IGST
    return TaxKind.CGST_UTGST if place in UTGST_CODES else TaxKind.CGST_SGST


def _goods_place(facts: SupplyFacts) -> str:
    if facts.recipient == Recipient.OVERSEAS:
        return OTHER_COUNTRY
    if facts.goods_are_at:
        return facts.goods_are_at
    if facts.recipient == Recipient.UNREGISTERED:  # before bill-to/ship-to: Circular 209/3/2024
        return (
            facts.address_on_invoice_state
            or facts.movement_ends
            or facts.recipient_state
            or facts.supplier_state
        )
    if facts.bill_to_ship_to and facts.recipient_state:
        return facts.recipient_state
    return facts.movement_ends or facts.recipient_state or facts.supplier_state


def _service_place(facts: SupplyFacts) -> str:
    if facts.immovable_property_state:
        return facts.immovable_property_state
    if facts.recipient == Recipient.OVERSEAS:
        return facts.performed_at or OTHER_COUNTRY
    if facts.recipient == Recipient.UNREGISTERED:
        return (
            facts.performed_at
            or facts.address_on_record_state
            or facts.recipient_state
            or facts.supplier_state
        )
    return facts.recipient_state or facts.performed_at or facts.supplier_state


def _check_code(field: str, code: str) -> None:
    if code not in PLACE_CODES:
        raise ValueError(f"{field}: “{code}” is not a GST state code.")
