"""What the header of a taxed document gets when nobody said it: names, addresses, place of supply, currency,
exchange rate, due date. Given values are checked, never overwritten."""

from __future__ import annotations

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.calculation.place_of_supply import Recipient, Supply, SupplyFacts, place_of_supply
from apps.accounting.choices import SupplyKind
from apps.accounting.settings import AS_COUNTED, NEXT_WORKING_DAY
from apps.company.calendar import working_day_from
from apps.company.selectors import company_today, rate_on
from apps.core.database.records import rows_below
from apps.core.errors import ErrorList, InvalidInput
from apps.core.india.states import OTHER_COUNTRY, PLACE_CODES
from apps.core.typed_settings import settings_of
from apps.parties.choices import AddressKind, TaxTreatment

ADDRESS_KEYS = ("line1", "line2", "city", "state_code", "postal_code", "country", "gstin")
ADDRESS_LENGTH = 200
ONE = Decimal("1.000000")
EXPORTS = (SupplyKind.EXPORT_LUT, SupplyKind.EXPORT_WITH_PAYMENT)

_RECIPIENTS = {
    TaxTreatment.REGULAR: Recipient.REGISTERED,
    TaxTreatment.COMPOSITION: Recipient.COMPOSITION,
    TaxTreatment.UNREGISTERED: Recipient.UNREGISTERED,
    TaxTreatment.CONSUMER: Recipient.UNREGISTERED,
    TaxTreatment.SEZ: Recipient.SEZ,
    TaxTreatment.EXPORT: Recipient.OVERSEAS,
    TaxTreatment.DEEMED_EXPORT: Recipient.DEEMED_EXPORT,
}


def header_fill(document: Any, supply: Supply) -> None:
    """Fill and check the header; raises InvalidInput naming the fields. At most 3 queries."""
    if document.company_id is None:
        raise InvalidInput(_("This field is required."), field="company", code="required")
    errors = ErrorList()
    if document.date is None:
        document.date = company_today()
    party = document.party if document.party_id else None
    if party is not None:
        document.party_name, document.party_gstin = party.legal_name, party.gstin
    _fill_addresses(document, party, errors)
    _fill_currency(document, party, errors)
    if not document.supply_kind:
        document.supply_kind = supply_kind_of(document, party)
    if not document.place_of_supply:
        document.place_of_supply = place_for(document, party, supply)
    elif document.place_of_supply not in PLACE_CODES:
        errors.add("place_of_supply", _("This is not a GST state code."))
    _check_supply(document, party, errors)
    rules = _rules(document)
    _fill_due_date(document, party, rules.get("accounting.due_on", AS_COUNTED), errors)
    document.terms = document.terms or rules.get(document.terms_setting, "")
    errors.raise_if_any()


def _rules(document: Any) -> dict[str, Any]:
    """The settings that this document needs: terms when it is new and has none, how a due date is counted."""
    keys = []
    if document.pk is None and not document.terms and document.terms_setting:
        keys.append(document.terms_setting)
    if hasattr(document, "due_date") and document.due_date is None:
        keys.append("accounting.due_on")
    return settings_of(keys, document.company_id) if keys else {}


def recipient_of(party: Any) -> Recipient:
    """How GST sees the party; one with a GSTIN is registered whatever the treatment was left at."""
    if party is None:
        return Recipient.UNREGISTERED
    found = _RECIPIENTS[TaxTreatment(party.tax_treatment)]
    return Recipient.REGISTERED if party.gstin and found == Recipient.UNREGISTERED else found


def supply_kind_of(document: Any, party: Any) -> str:
    """Exports and SEZ supplies go under the LUT when the company has one, else with payment of tax."""
    treatment = party.tax_treatment if party is not None else TaxTreatment.UNREGISTERED
    if document.direction == "in":
        return SupplyKind.SEZ_WITH_PAYMENT if treatment == TaxTreatment.SEZ else SupplyKind.DOMESTIC
    lut = bool(document.company.lut_number)
    if treatment == TaxTreatment.EXPORT:
        return SupplyKind.EXPORT_LUT if lut else SupplyKind.EXPORT_WITH_PAYMENT
    if treatment == TaxTreatment.SEZ:
        return SupplyKind.SEZ_LUT if lut else SupplyKind.SEZ_WITH_PAYMENT
    return SupplyKind.DEEMED_EXPORT if treatment == TaxTreatment.DEEMED_EXPORT else SupplyKind.DOMESTIC


def _check_supply(document: Any, party: Any, errors: ErrorList) -> None:
    """What kind of sale it is must fit its place and its customer (IGST Act, sections 7(5), 11 and 16).
    A note goes as its invoice went, right or wrong."""
    if document.direction == "in" or getattr(document, "invoice_id", None):
        return
    kind = document.supply_kind
    if kind in EXPORTS and document.place_of_supply in PLACE_CODES - {OTHER_COUNTRY}:
        text = _("An export is supplied outside India: the place is %(code)s.") % {"code": OTHER_COUNTRY}
        errors.add("place_of_supply", text, "export")
    in_zone = party is not None and party.tax_treatment == TaxTreatment.SEZ
    if in_zone and kind in (SupplyKind.DOMESTIC, SupplyKind.DEEMED_EXPORT):
        text = _("A sale to an SEZ is never within one state: choose SEZ with payment of tax or under LUT.")
        errors.add("supply_kind", text, "sez")


def place_for(document: Any, party: Any, supply: Supply) -> str:
    """The place of supply by law; of a purchase it is the place of the company."""
    company = document.company
    if document.direction == "in":
        return company.state_code
    if document.supply_kind in EXPORTS:
        return OTHER_COUNTRY
    billing = _state(document.billing_address)
    shipping = _state(document.shipping_address)
    recipient = recipient_of(party)
    home = (party.state_code if party is not None else "") or billing or None
    facts = SupplyFacts(
        supply=supply,
        supplier_state=company.state_code,
        recipient=recipient,
        recipient_state=home,
        movement_ends=shipping or None,
        bill_to_ship_to=bool(shipping and home and shipping != home),
        address_on_invoice_state=shipping or billing or None,
        address_on_record_state=billing or None,
    )
    try:
        return place_of_supply(facts).place
    except ValueError as error:
        raise InvalidInput(str(error), field="place_of_supply") from error


def supplier_state(document: Any) -> str:
    """GST state of the one who supplies: the company, or the vendor of a purchase (96: abroad)."""
    if document.direction == "out":
        return document.company.state_code
    party = document.party if document.party_id else None
    if party is None:
        return document.company.state_code
    if party.tax_treatment == TaxTreatment.EXPORT:
        return OTHER_COUNTRY
    return party.state_code or _state(document.billing_address) or document.company.state_code


def _state(address: dict[str, Any]) -> str:
    code = str(address.get("state_code") or "")
    return code if code in PLACE_CODES else ""


def _fill_addresses(document: Any, party: Any, errors: ErrorList) -> None:
    for name in ("billing_address", "shipping_address"):
        setattr(document, name, address_checked(getattr(document, name) or {}, name, errors))
    if party is None or (document.billing_address and document.shipping_address):
        return
    known = rows_below(party, "addresses")
    if not known:
        document.shipping_address = document.shipping_address or document.billing_address
        return
    billing = _pick(known, AddressKind.BILLING) or known[0]
    document.billing_address = document.billing_address or address_of(billing)
    shipping = _pick(known, AddressKind.SHIPPING)
    document.shipping_address = document.shipping_address or (
        address_of(shipping) if shipping else dict(document.billing_address)
    )


def _pick(addresses: list[Any], kind: str) -> Any:
    return next((item for item in addresses if item.address_kind == kind), None)


def address_of(row: Any) -> dict[str, str]:
    """An address of a master as the copy that a document keeps."""
    return {key: value for key in ADDRESS_KEYS if (value := getattr(row, key, ""))}


def address_checked(address: Any, field: str, errors: ErrorList) -> dict[str, str]:
    """Only known keys, only short texts; anything else is refused by its path."""
    if not isinstance(address, dict):
        errors.add(field, _("Must be an object with line1, city, state_code …"))
        return {}
    clean = {}
    for key, value in address.items():
        if key not in ADDRESS_KEYS and key != "kind":
            errors.add(f"{field}.{key}"[:100], _("Unknown field."), "unknown")
        elif value is not None and not isinstance(value, str):
            errors.add(f"{field}.{key}", _("Must be a text."))
        elif value and (len(value) > ADDRESS_LENGTH or "\x00" in value):
            errors.add(f"{field}.{key}", _("This text is too long or not valid."))
        elif value and key != "kind":
            clean[key] = value
    if clean.get("state_code") and clean["state_code"] not in PLACE_CODES:
        errors.add(f"{field}.state_code", _("This is not a GST state code."))
    return clean


def _fill_currency(document: Any, party: Any, errors: ErrorList) -> None:
    company = document.company
    if document.currency_id is None:
        document.currency_id = (party.currency_id if party is not None else None) or company.currency_id
    if document.currency_id == company.currency_id:
        if company._meta.get_field("currency").is_cached(company):
            document.currency = company.currency
        if document.exchange_rate not in (None, ONE):
            errors.add("exchange_rate", _("The rate of the company's own currency is 1."))
        document.exchange_rate = ONE
    elif document.exchange_rate is None:
        document.exchange_rate = rate_on(document.currency_id, company, document.date)
    elif document.exchange_rate <= 0:
        errors.add("exchange_rate", _("The exchange rate must be more than 0."), "min_value")


def _fill_due_date(document: Any, party: Any, due_on: str, errors: ErrorList) -> None:
    if document.payment_terms_id is None and party is not None and party.payment_terms_id:
        document.payment_terms = party.payment_terms
    if not hasattr(document, "due_date"):
        return
    if document.due_date is None:
        if document.payment_terms_id:
            document.due_date = document.payment_terms.due_date(document.date)
        else:
            days = (party.credit_days or 0) if party is not None else 0
            document.due_date = document.date + timedelta(days=days)
        if due_on == NEXT_WORKING_DAY:
            document.due_date = working_day_from(document.company, document.due_date)
    elif document.due_date < document.date:
        errors.add("due_date", _("The due date can't be before the date of the document."), "min_value")
