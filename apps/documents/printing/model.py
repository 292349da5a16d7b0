"""What a printed page is made of: plain frozen values, no ORM, no request.

The business apps fill these from their documents; the kit turns them into bytes. Amounts are `Decimal`
(never float) and printed as given: the kit rounds nothing away and works out no tax. `None` prints as an
empty cell. Texts may hold anything a user can type; the kit cleans them. Labels in English that the kit
knows are translated by `labels.py` when the language of the document is `hi` or `both`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

Language = Literal["en", "hi", "both"]
Field = tuple[str, str]
"""A label and its value, both texts."""

DEFAULT_ACCENT = "#1F4E79"

COPIES_GOODS = ("Original for recipient", "Duplicate for transporter", "Triplicate for supplier")
"""Copies of a tax invoice for goods (rule 48(1) of the CGST Rules)."""
COPIES_SERVICES = ("Original for recipient", "Duplicate for supplier")
"""Copies of a tax invoice for services (rule 48(2))."""
COPIES_CHALLAN = ("Original for consignee", "Duplicate for transporter", "Triplicate for consignor")
"""Copies of a delivery challan (rule 55(2))."""


@dataclass(frozen=True, slots=True)
class PrintBank:
    """Where the customer pays to."""

    holder: str = ""
    bank: str = ""
    account: str = ""
    ifsc: str = ""
    branch: str = ""
    swift: str = ""


@dataclass(frozen=True, slots=True)
class PrintCompany:
    """The sender. `logo`, `signature` and `seal` are the bytes of a PNG, JPEG, GIF or WebP picture, never a
    path."""

    legal_name: str
    trade_name: str = ""
    address: tuple[str, ...] = ()
    gstin: str = ""
    pan: str = ""
    cin: str = ""
    state: str = ""
    phone: str = ""
    mail: str = ""
    website: str = ""
    extra: tuple[Field, ...] = ()
    logo: bytes | None = None
    signature: bytes | None = None
    seal: bytes | None = None
    bank: PrintBank | None = None
    upi_id: str = ""
    accent: str = DEFAULT_ACCENT
    footer: str = ""


@dataclass(frozen=True, slots=True)
class PrintParty:
    """A receiver: bill-to, ship-to, consignee, dispatch-from. `label` overrides the usual caption."""

    name: str
    address: tuple[str, ...] = ()
    gstin: str = ""
    pan: str = ""
    state: str = ""
    phone: str = ""
    mail: str = ""
    contact: str = ""
    extra: tuple[Field, ...] = ()
    label: str = ""


@dataclass(frozen=True, slots=True)
class PrintLine:
    """One line. `detail` prints small below the description (batch, serials, dates). A `str` discount prints
    as it is ("10 %"), a `Decimal` as money. `rate` is the whole GST rate in per cent. `shadow` marks a
    line that is shown but not billed; `heading` prints the description alone, as a section caption."""

    description: str
    position: str = ""
    detail: str = ""
    hsn: str = ""
    quantity: Decimal | None = None
    unit: str = ""
    price: Decimal | None = None
    discount: Decimal | str | None = None
    taxable: Decimal | None = None
    rate: Decimal | None = None
    cgst: Decimal | None = None
    sgst: Decimal | None = None
    igst: Decimal | None = None
    cess: Decimal | None = None
    total: Decimal | None = None
    shadow: bool = False
    heading: bool = False
    extra: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class PrintTaxRow:
    """One row of the HSN/SAC summary. Rates in per cent; an amount of `None` hides nothing but prints
    empty."""

    hsn: str
    taxable: Decimal
    rate: Decimal | None = None
    cgst: Decimal | None = None
    sgst: Decimal | None = None
    igst: Decimal | None = None
    cess: Decimal | None = None
    total: Decimal | None = None


@dataclass(frozen=True, slots=True)
class PrintTotal:
    """A row of the totals block. A `str` amount prints as it is."""

    label: str
    amount: Decimal | str | None
    kind: Literal["normal", "strong", "grand", "muted"] = "normal"


@dataclass(frozen=True, slots=True)
class PrintQr:
    """A QR code. `payment` codes stand beside the bank details, `header` codes (the signed e-invoice) above
    the lines."""

    payload: str
    caption: str = ""
    place: Literal["payment", "header"] = "payment"


@dataclass(frozen=True, slots=True)
class PrintSignature:
    """A place to sign. `ours` puts the company's signature and seal pictures there (or `image`)."""

    caption: str = "Authorised signatory"
    heading: str = ""
    name: str = ""
    note: str = ""
    ours: bool = True
    image: bytes | None = None


@dataclass(frozen=True, slots=True)
class PrintColumn:
    """A column of a free table. Weight 0 takes the width that its contents need; more shares what is left."""

    label: str
    align: Literal["left", "right", "center"] = "left"
    weight: float = 0


@dataclass(frozen=True, slots=True)
class PrintRow:
    """A row of a free table or a report. `Decimal` cells print as money, `int` as a grouped number, texts as
    they are. `level` indents the first column."""

    cells: tuple[Decimal | int | str | None, ...]
    kind: Literal["normal", "strong", "subtotal", "total", "section", "muted"] = "normal"
    level: int = 0


@dataclass(frozen=True, slots=True)
class PrintTable:
    """A free table inside a document (allocations of a receipt, challans of an invoice …)."""

    columns: tuple[PrintColumn, ...]
    rows: tuple[PrintRow, ...]
    title: str = ""


@dataclass(frozen=True, slots=True)
class PrintDocument:
    """One business document, printed once for each of `copies`.

    `columns` chooses the line columns by key (see `lines.COLUMNS`); empty means: every column that has
    something to say. `bill_to_label` and `ship_to_label` rename the parties. `watermark` is drawn large
    behind the page.
    """

    title: str
    number: str
    date: str
    company: PrintCompany
    bill_to: PrintParty | None = None
    ship_to: PrintParty | None = None
    parties: tuple[PrintParty, ...] = ()
    fields: tuple[Field, ...] = ()
    number_label: str = "Number"
    date_label: str = "Date"
    bill_to_label: str = "Bill to"
    ship_to_label: str = "Ship to"
    place_of_supply: str = ""
    stamp: str = ""
    intro: str = ""
    highlight: PrintTotal | None = None
    lines: tuple[PrintLine, ...] = ()
    columns: tuple[str, ...] = ()
    extra_columns: tuple[PrintColumn, ...] = ()
    sum_lines: bool = True
    tables: tuple[PrintTable, ...] = ()
    tax_rows: tuple[PrintTaxRow, ...] = ()
    totals: tuple[PrintTotal, ...] = ()
    words: str = ""
    words_label: str = "Amount in words"
    terms: str = ""
    notes: str = ""
    signatures: tuple[PrintSignature, ...] = field(default_factory=lambda: (PrintSignature(),))
    qr_codes: tuple[PrintQr, ...] = ()
    show_bank: bool = True
    copies: tuple[str, ...] = ()
    watermark: str = ""
    currency: str = "INR"
    symbol: str = "₹"
    places: int = 2
    language: Language = "en"
    footer: str = ""


@dataclass(frozen=True, slots=True)
class PrintReport:
    """A table over any number of pages: trial balance, ledger, statement of account, export of a list."""

    title: str
    columns: tuple[PrintColumn, ...]
    rows: tuple[PrintRow, ...]
    company: PrintCompany | None = None
    subtitle: str = ""
    period: str = ""
    fields: tuple[Field, ...] = ()
    party: PrintParty | None = None
    summary: tuple[PrintTotal, ...] = ()
    notes: str = ""
    landscape: bool = False
    currency: str = "INR"
    places: int = 2
    language: Language = "en"
    watermark: str = ""
    footer: str = ""
    zero: Literal["zero", "blank", "dash"] = "blank"
