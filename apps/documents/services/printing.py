"""From a document to its PDF: apps register how their documents look, everybody asks here.

``register_print(Invoice, invoice_print)`` with ``invoice_print(document) → PrintDocument`` in the app's
``printing.py`` (loaded on first use); ``print_company`` and ``print_party`` give the parts that all share.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

from babel import Locale
from django.db import models
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.company.choices import AddressKind
from apps.company.models import Company
from apps.core.access import may
from apps.core.errors import InvalidInput
from apps.core.india.states import OTHER_COUNTRY, STATES
from apps.core.registry import load_modules
from apps.core.scope import kind_of
from apps.core.typed_settings import setting, settings_of
from apps.documents.printing import (
    PrintBank,
    PrintCompany,
    PrintDocument,
    PrintParty,
    render_document,
)
from apps.documents.printing.model import Language
from apps.documents.services.timeline import timeline_add

Builder = Callable[[Any], PrintDocument]
_builders: dict[type[models.Model], Builder] = {}
_variants: dict[type[models.Model], list[Variant]] = {}
_price_permissions: dict[type[models.Model], str] = {}
_pictures: list[Callable[[int], bytes | None]] = []
SENDER_SETTINGS = tuple(
    f"documents.print_{name}" for name in ("accent", "bank", "footer", "payment_code", "seal", "signature")
)
_FILE_NAME = re.compile(r"[^A-Za-z0-9._-]+")


def register_print(model: type[models.Model], builder: Builder, *, prices: str = "") -> None:
    """``builder(document)`` fills the values of the print kit; it may query, it renders nothing. ``prices``:
    who prints without this permission gets a paper without prices and values (a goods received note)."""
    _builders[model] = builder
    _price_permissions[model] = prices


@dataclass(frozen=True)
class Variant:
    """Another paper of the same document: ``change(document, built)`` makes it from the ordinary one."""

    name: str
    label: Any
    change: Callable[[Any, PrintDocument], PrintDocument]


def register_variant(model: type[models.Model], variant: Variant) -> None:
    """A further print, asked for as ``pdf/?variant=packing`` and in the menu of the document's page."""
    _variants.setdefault(model, []).append(variant)


def variants_of(model: type[models.Model]) -> list[Variant]:
    """The further prints of documents of this model."""
    load_modules("printing")
    return list(_variants.get(model, ()))


def _varied(document: Any, built: PrintDocument, name: str) -> PrintDocument:
    """Raises InvalidInput naming ``variant`` for one that isn't there."""
    if not name:
        return built
    found = next((item for item in variants_of(type(document)) if item.name == name), None)
    if found is None:
        raise InvalidInput(_("There is no such print."), field="variant", code="not_found")
    return found.change(document, built)


def register_pictures(function: Callable[[int], bytes | None]) -> None:
    """Called once by whoever stores files: the bytes of a stored picture, or None."""
    _pictures[:] = [function]


def print_builder(model: type[models.Model]) -> Builder:
    """How documents of this model are printed. Raises LookupError when nobody said it."""
    if model not in _builders:
        load_modules("printing")
    if model not in _builders:
        raise LookupError(f"nobody registered how to print {model._meta.label}")
    return _builders[model]


def document_pdf(document: Any, by: Any = None, variant: str = "") -> tuple[bytes, str]:
    """The PDF of a document and its file name. ``by`` is who prints (what he may see was checked before): the
    timeline says so, once for each call; without ``by`` (mail, batch) it says nothing."""
    built = _varied(document, print_builder(type(document))(document), variant)
    built = _as_set(built, _language(document))
    permission = _price_permissions[type(document)]
    if by is not None and permission and not may(by, permission):
        built = _without_prices(built)
    content = render_document(built)
    if by is not None:
        timeline_add(document, "printed", text=_("Printed"))
        told = {"kind": kind_of(document), "record": document.pk, "number": str(document)}
        access_log_write(AccessEvent.PRINTED, user=by, detail=told)
    name = file_name(document)
    return content, f"{name.removesuffix('.pdf')}-{variant}.pdf" if variant else name


def _without_prices(built: PrintDocument) -> PrintDocument:
    lines = tuple(replace(line, price=None, discount=None, taxable=None, total=None) for line in built.lines)
    return replace(built, lines=lines, totals=())


def _language(document: Any) -> Language:
    return setting("documents.print_language", document.company_id)


def _as_set(built: PrintDocument, language: Language) -> PrintDocument:
    """In the language of the company's print settings, without a code to pay by where they leave it out."""
    codes = tuple(code for code in built.qr_codes if code.place != "payment" or built.company.upi_id)
    return replace(built, language=language, qr_codes=codes)


def file_name(document: Any) -> str:
    """``INV-26-27-0007.pdf``; safe in a header and on a disk."""
    name = _FILE_NAME.sub("-", str(document)).strip("-.")
    return f"{name or document._meta.model_name}.pdf"


# --- parts that all documents share ---------------------------------------------------------------


def print_company(company: Company) -> PrintCompany:
    """The sender as its print settings show it: names, registered address, identifiers, primary bank account,
    pictures. Three queries."""
    shown = settings_of(SENDER_SETTINGS, company.pk)
    addresses = list(company.addresses.all())
    banks = list(company.bank_accounts.all())
    place = next((a for a in addresses if a.address_kind == AddressKind.REGISTERED), None)
    place = place or next(iter(addresses), None)
    bank = next((b for b in banks if b.is_primary), None) or next(iter(banks), None)
    return PrintCompany(
        legal_name=company.legal_name,
        trade_name=company.trade_name,
        address=address_lines(place) if place else (),
        gstin=company.gstin,
        pan=company.pan,
        cin=company.cin,
        state=state_label(company.state_code),
        phone=company.phone,
        mail=company.email,
        website=company.website,
        logo=_picture(company.logo_file_id),
        signature=_picture(company.signature_file_id) if shown["documents.print_signature"] else None,
        seal=_picture(company.seal_file_id) if shown["documents.print_seal"] else None,
        bank=_print_bank(company, bank) if bank and shown["documents.print_bank"] else None,
        upi_id=company.upi_id if shown["documents.print_payment_code"] else "",
        accent=shown["documents.print_accent"],
        footer=shown["documents.print_footer"],
    )


def _print_bank(company: Company, bank: Any) -> PrintBank:
    return PrintBank(
        holder=company.legal_name,
        bank=bank.bank_name,
        account=bank.account_number,
        ifsc=bank.ifsc,
        branch=bank.branch,
        swift=bank.swift,
    )


def print_party(name: str, address: Any, *, gstin: str = "", **more: Any) -> PrintParty:
    """A receiver from the copy of an address that a document keeps."""
    code = _part(address, "state_code")
    return PrintParty(
        name=name,
        address=address_lines(address),
        gstin=_part(address, "gstin") or gstin,
        state=state_label(code) if code != OTHER_COUNTRY else "",
        **more,
    )


def address_lines(address: Any) -> tuple[str, ...]:
    """An address (a row or a dictionary) as printed lines."""
    code = _part(address, "state_code")
    state = STATES[code].name if code in STATES and code != OTHER_COUNTRY else ""
    town = " ".join(part for part in (_part(address, "city"), _part(address, "postal_code")) if part)
    last = ", ".join(part for part in (town, state, country_name(_part(address, "country"))) if part)
    return tuple(line for line in (_part(address, "line1"), _part(address, "line2"), last) if line)


def country_name(code: str) -> str:
    """``Germany`` for DE, in the language in use; empty for India, which goes without saying."""
    if code in ("", "IN"):
        return ""
    return Locale.parse(get_language() or "en", sep="-").territories.get(code.upper(), code)


def state_label(code: str) -> str:
    """``Maharashtra (27)``; empty for a code that is none."""
    return f"{STATES[code].name} ({code})" if code in STATES else ""


def _part(address: Any, name: str) -> str:
    value = address.get(name, "") if isinstance(address, dict) else getattr(address, name, "")
    return str(value or "")


def _picture(file_id: int | None) -> bytes | None:
    return _pictures[0](file_id) if file_id and _pictures else None
