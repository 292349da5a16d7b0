"""Documents to print in tests, in the bench and for a look by eye."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal as D

from PIL import Image, ImageDraw

from apps.documents.printing import (
    COPIES_CHALLAN,
    COPIES_GOODS,
    PrintBank,
    PrintColumn,
    PrintCompany,
    PrintDocument,
    PrintLine,
    PrintParty,
    PrintQr,
    PrintReport,
    PrintRow,
    PrintSignature,
    PrintTable,
    PrintTaxRow,
    PrintTotal,
    upi_link,
)

CENT = D("0.01")


def png(draw, size=(300, 120), colour=(0, 0, 0, 0)) -> bytes:
    """A picture made by `draw(ImageDraw)`."""
    image = Image.new("RGBA", size, colour)
    draw(ImageDraw.Draw(image))
    out = io.BytesIO()
    image.save(out, "PNG")
    return out.getvalue()


def logo() -> bytes:
    """A mark: two arcs and a drop."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.ellipse((10, 10, 230, 230), fill=(21, 94, 117, 255))
        pen.pieslice((45, 45, 195, 195), 200, 340, fill=(255, 255, 255, 255))
        pen.ellipse((95, 110, 145, 180), fill=(245, 158, 11, 255))

    return png(draw, (240, 240))


def signature() -> bytes:
    """A stroke like a signature."""
    points = [(10, 80), (40, 20), (60, 100), (90, 30), (110, 90), (150, 50), (180, 85), (290, 40)]
    return png(lambda pen: pen.line(points, fill=(20, 40, 120, 255), width=5, joint="curve"))


def seal() -> bytes:
    """Two rings."""

    def draw(pen: ImageDraw.ImageDraw) -> None:
        pen.ellipse((6, 6, 234, 234), outline=(80, 60, 150, 200), width=6)
        pen.ellipse((40, 40, 200, 200), outline=(80, 60, 150, 200), width=4)

    return png(draw, (240, 240))


def company(**changes) -> PrintCompany:
    """A pump maker in Pune."""
    base = PrintCompany(
        legal_name="Sahyadri Flow Systems Private Limited",
        trade_name="Sahyadri Flow Systems",
        address=("Plot 47, MIDC Industrial Area, Phase II", "Bhosari, Pune 411026", "Maharashtra, India"),
        gstin="27AAKCS4821M1ZT",
        pan="AAKCS4821M",
        cin="U29120PN2014PTC151273",
        phone="+91 20 4821 7700",
        mail="accounts@sahyadriflow.example",
        website="sahyadriflow.example",
        bank=PrintBank(
            holder="Sahyadri Flow Systems Pvt Ltd",
            bank="HDFC Bank",
            account="50200048217700",
            ifsc="HDFC0000486",
            branch="Bhosari, Pune",
        ),
        upi_id="sahyadriflow@hdfcbank",
        accent="#155E75",
        footer="Registered office: Plot 47, MIDC Bhosari, Pune 411026. Computer-generated document.",
    )
    return replace(base, **changes)


def buyer(**changes) -> PrintParty:
    """A buyer in Nashik."""
    base = PrintParty(
        name="Godavari Agro Irrigation LLP",
        address=("Survey no. 218/3, Ambad Link Road", "Nashik 422010, Maharashtra"),
        gstin="27AAUFG7719K1Z4",
        state="Maharashtra (27)",
        phone="+91 98230 41177",
    )
    return replace(base, **changes)


GOODS = (
    ("Monoblock pump 5 HP, single stage, cast iron body", "SFM-050", "84137010", "NOS", "18450.00", "18"),
    ("Mechanical seal kit for SFM-050", "Batch MS-2611", "84842000", "SET", "1260.00", "18"),
    ("HDPE pipe PE100 PN10, 90 mm", "", "39172190", "MTR", "312.50", "18"),
    ("Pressure gauge 0–10 bar, glycerine filled", "S/N 88121–88126", "90262000", "NOS", "845.00", "18"),
    ("Drip lateral 16 mm inline, 40 cm spacing", "", "84249000", "MTR", "11.40", "12"),
)
QUANTITIES = ("4", "6", "240", "6", "1500")


def lines(count: int = 5, *, inter: bool = False, discount: bool = True) -> tuple[PrintLine, ...]:
    """Taxed lines, by turns from the goods above."""
    found = []
    for number in range(count):
        name, detail, hsn, unit, price, rate = GOODS[number % 5]
        quantity = D(QUANTITIES[number % 5])
        gross = quantity * D(price)
        off = gross * 5 / 100 if discount and number % 5 == 0 else D(0)
        taxable = (gross - off).quantize(CENT)
        tax = (taxable * D(rate) / 100).quantize(CENT)
        half = (tax / 2).quantize(CENT)
        found.append(
            PrintLine(
                position=str(number + 1),
                description=name,
                detail=detail,
                hsn=hsn,
                quantity=quantity,
                unit=unit,
                price=D(price),
                discount="5%" if off else None,
                taxable=taxable,
                rate=D(rate),
                igst=tax if inter else None,
                cgst=None if inter else half,
                sgst=None if inter else tax - half,
                total=taxable + tax,
            )
        )
    return tuple(found)


def tax_rows(of: tuple[PrintLine, ...]) -> tuple[PrintTaxRow, ...]:
    """The summary by HSN of lines."""
    groups: dict[tuple[str, D], list[PrintLine]] = {}
    for line in of:
        if not line.shadow:
            groups.setdefault((line.hsn, line.rate), []).append(line)

    def add(rows, name):
        values = [getattr(row, name) for row in rows if getattr(row, name) is not None]
        return sum(values, D(0)) if values else None

    return tuple(
        PrintTaxRow(hsn, add(rows, "taxable"), rate, add(rows, "cgst"), add(rows, "sgst"), add(rows, "igst"))
        for (hsn, rate), rows in groups.items()
    )


def totals(of: tuple[PrintLine, ...]) -> tuple[PrintTotal, ...]:
    """Totals of taxed lines."""
    billed = [line for line in of if not line.shadow]
    taxable = sum((line.taxable for line in billed), D(0))
    rows = [PrintTotal("Taxable value", taxable)]
    for name in ("cgst", "sgst", "igst"):
        value = sum((getattr(line, name) or D(0) for line in billed), D(0))
        if value:
            rows.append(PrintTotal(name.upper(), value))
    total = sum((line.total for line in billed), D(0))
    rounded = total.quantize(D(1))
    rows.append(PrintTotal("Round off", rounded - total))
    rows.append(PrintTotal("Grand total", rounded, "grand"))
    return tuple(rows)


TERMS = (
    "1. Payment within 30 days of invoice date; interest at 18% a year on overdue amounts.\n"
    "2. Goods once sold are taken back only against a manufacturing defect reported within 7 days.\n"
    "3. Subject to Pune jurisdiction."
)


def invoice(count: int = 5, *, inter: bool = False, **changes) -> PrintDocument:
    """A tax invoice in rupees."""
    rows = lines(count, inter=inter)
    link = upi_link(
        address="sahyadriflow@hdfcbank",
        name="Sahyadri Flow Systems",
        amount=D("254310.00"),
        note="Invoice SFS/26-27/00418",
    )
    base = PrintDocument(
        title="Tax Invoice",
        number="SFS/26-27/00418",
        number_label="Invoice no.",
        date="21-11-2026",
        date_label="Invoice date",
        company=company(),
        bill_to=buyer(),
        ship_to=buyer(
            name="Godavari Agro Irrigation LLP – Dindori stores",
            gstin="",
            address=("Gat no. 91, Dindori", "Nashik 422202, Maharashtra"),
        ),
        place_of_supply="Maharashtra (27)",
        fields=(
            ("Due date", "21-12-2026"),
            ("Order no.", "GAI/PO/1182"),
            ("Order date", "14-11-2026"),
            ("Payment terms", "30 days"),
            ("Vehicle no.", "MH 15 GV 4417"),
            ("Reverse charge", "No"),
        ),
        lines=rows,
        tax_rows=tax_rows(rows),
        totals=totals(rows),
        words="Rupees Two Lakh Fifty Four Thousand Three Hundred and Ten Only",
        terms=TERMS,
        qr_codes=(PrintQr(link),),
    )
    return replace(base, **changes)


def interstate() -> PrintDocument:
    """IGST, e-invoice code, pictures."""
    irn = "7f3a9c1e5b2d48f60a91c7e3d5b8f24610ce97ab35d8f14e6207b9ac51de83f4"
    full = invoice(3, inter=True)
    return replace(
        full,
        company=company(logo=logo(), signature=signature(), seal=seal()),
        bill_to=buyer(
            name="Kaveri Engineering Works",
            gstin="29AABFK4410Q1ZV",
            state="Karnataka (29)",
            address=("14/2, Peenya 2nd Stage", "Bengaluru 560058, Karnataka"),
        ),
        ship_to=None,
        place_of_supply="Karnataka (29)",
        fields=(*full.fields, ("IRN", irn), ("Acknowledgement", "112610004417 · 21-11-2026 14:32")),
        qr_codes=(*full.qr_codes, PrintQr("eyJhbGciOiJSUzI1NiIsImtpZCI6" * 30, "e-invoice", "header")),
        words="Rupees Two Lakh Thirty Six Thousand Two Hundred and Ninety Nine Only",
    )


def export() -> PrintDocument:
    """An export invoice in dollars under LUT."""
    rows = (
        PrintLine(
            "Monoblock pump 5 HP, 60 Hz, export crate",
            "1",
            "Crates 1–12",
            "84137010",
            D(24),
            "NOS",
            D("412.00"),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            D("9888.00"),
        ),
        PrintLine(
            "Spare impeller set",
            "2",
            "",
            "84139190",
            D(48),
            "SET",
            D("38.75"),
            None,
            None,
            None,
            None,
            None,
            None,
            None,
            D("1860.00"),
        ),
    )
    return invoice(
        title="Export Invoice",
        number="SFS/EXP/26-27/0031",
        company=company(
            logo=logo(),
            extra=(("IEC", "3114009821"), ("LUT", "AD270326004411X")),
            bank=PrintBank(
                "Sahyadri Flow Systems Pvt Ltd",
                "HDFC Bank",
                "50200048217700",
                "HDFC0000486",
                "Bhosari, Pune",
                "HDFCINBB",
            ),
            upi_id="",
        ),
        bill_to=PrintParty(
            "Rift Valley Water Supplies Ltd",
            ("P.O. Box 40217-00100", "Enterprise Road, Nairobi", "Kenya"),
            contact="Amina Odhiambo",
        ),
        ship_to=None,
        place_of_supply="Outside India (96)",
        fields=(
            ("Incoterm", "CIF Mombasa"),
            ("Port of loading", "INNSA1 Nhava Sheva"),
            ("Port of discharge", "Mombasa"),
            ("Payment terms", "LC at sight"),
            ("Exchange rate", "1 USD = ₹ 88.4150"),
            ("Supply", "Export under LUT without payment of IGST"),
        ),
        lines=rows,
        tax_rows=(),
        totals=(
            PrintTotal("Value of goods", D("11748.00")),
            PrintTotal("Freight and insurance", D("640.00")),
            PrintTotal("Grand total", D("12388.00"), "grand"),
            PrintTotal("Value in ₹", "10,95,285.02", "muted"),
        ),
        words="US Dollars Twelve Thousand Three Hundred and Eighty Eight Only",
        currency="USD",
        symbol="US$",
        qr_codes=(),
    )


def proforma() -> PrintDocument:
    """A proforma with a stamp."""
    return invoice(
        2,
        title="Proforma Invoice",
        stamp="Not a tax invoice",
        number="PF/26-27/0092",
        copies=(),
        watermark="DRAFT",
        qr_codes=(),
    )


def challan() -> PrintDocument:
    """A challan: no prices."""
    rows = tuple(
        PrintLine(line.description, line.position, line.detail, line.hsn, line.quantity, line.unit)
        for line in lines(5)
    )
    return invoice(
        title="Delivery Challan",
        number="DC/26-27/0733",
        number_label="Number",
        date_label="Date",
        lines=rows,
        tax_rows=(),
        totals=(),
        words="",
        qr_codes=(),
        show_bank=False,
        fields=(
            ("Reason", "Supply on approval"),
            ("Vehicle no.", "MH 15 GV 4417"),
            ("Transporter", "Sai Roadlines"),
            ("E-way bill no.", "2711 0098 4417"),
        ),
        copies=COPIES_CHALLAN,
        signatures=(
            PrintSignature("Receiver's signature", ours=False),
            PrintSignature("Prepared by", ours=False),
            PrintSignature(),
        ),
        terms="Goods remain the property of the sender until accepted.",
    )


def credit_note() -> PrintDocument:
    """A credit note with a not billed line."""
    rows = lines(2)
    extra = replace(
        rows[1], position="3", description="Freight of the return, borne by us", detail="", shadow=True
    )
    return invoice(
        title="Credit Note",
        number="CN/26-27/0019",
        number_label="Number",
        date_label="Date",
        fields=(
            ("Against invoice", "SFS/26-27/00418 of 21-11-2026"),
            ("Reason", "Sales return: transit damage"),
        ),
        lines=(*rows, extra),
        tax_rows=tax_rows(rows),
        totals=totals(rows),
        qr_codes=(),
        show_bank=False,
        terms="",
    )


def receipt() -> PrintDocument:
    """A receipt voucher with allocations."""
    table = PrintTable(
        (
            PrintColumn("Invoice no."),
            PrintColumn("Date"),
            PrintColumn("Particulars", weight=1),
            PrintColumn("Amount", "right"),
            PrintColumn("TDS", "right"),
            PrintColumn("Adjusted", "right"),
        ),
        (
            PrintRow(
                ("SFS/26-27/00388", "02-11-2026", "Tax invoice", D("118000.00"), D("100.00"), D("118000.00"))
            ),
            PrintRow(
                (
                    "SFS/26-27/00418",
                    "21-11-2026",
                    "Tax invoice, part payment",
                    D("254310.00"),
                    D("0.00"),
                    D("82000.00"),
                )
            ),
            PrintRow(("", "", "Total", D("372310.00"), D("100.00"), D("200000.00")), "total"),
        ),
        "Adjusted against",
    )
    return invoice(
        0,
        title="Receipt Voucher",
        number="RV/26-27/0204",
        number_label="Number",
        date_label="Date",
        ship_to=None,
        bill_to_label="Received from",
        place_of_supply="",
        fields=(
            ("Mode", "NEFT"),
            ("Bank reference", "HDFCN52026112100417"),
            ("Deposited in", "HDFC Bank 7700"),
        ),
        highlight=PrintTotal("Amount received", D("200000.00")),
        intro="Received with thanks from Godavari Agro Irrigation LLP the sum above, adjusted as follows.",
        lines=(),
        tables=(table,),
        tax_rows=(),
        totals=(),
        words="Rupees Two Lakh Only",
        qr_codes=(),
        show_bank=False,
        terms="",
    )


def hindi(language="both") -> PrintDocument:
    """Hindi names and labels."""
    rows = lines(3)
    rows = (replace(rows[0], description="मोनोब्लॉक पंप ५ एचपी, कच्चा लोहा (Monoblock pump)"), *rows[1:])
    return invoice(
        3,
        language=language,
        lines=rows,
        bill_to=buyer(
            name="श्री गोदावरी कृषि सिंचन केंद्र", address=("सर्वे क्र. २१८/३, अंबड लिंक रोड", "नाशिक ४२२०१०, महाराष्ट्र")
        ),
        ship_to=None,
        words="रुपये दो लाख चौवन हज़ार तीन सौ दस मात्र",
        stamp="",
        copies=COPIES_GOODS,
    )


def long_names() -> PrintDocument:
    """Everything too long."""
    rows = lines(4)
    word = "Supercalifragilistic" * 8
    rows = (
        replace(
            rows[0],
            description=word + " pump " + "of a very special make " * 12,
            detail="S/N " + ", ".join(str(88000 + n) for n in range(60)),
            price=D("12345678.123456"),
            taxable=D("98765432109.00"),
            total=D("123456789012.34"),
        ),
        *rows[1:],
    )
    return invoice(
        4,
        lines=rows,
        company=company(
            legal_name="The Bharatiya Rashtriya Krishi Sinchan Upkaran Nirmata Sahakari Sangh "
            "and Allied Industries of Western Maharashtra Private Limited",
            trade_name="",
            logo=logo(),
        ),
        bill_to=buyer(
            name="Maharashtra State Cooperative Federation of Agricultural Produce Marketing "
            "and Water Users' Associations, Nashik Division"
        ),
        number="SFS/26-27/EXTRA-LONG-SERIES/0000000418",
        fields=(("Order no.", "A/" * 60), ("Remark", "word " * 30)),
        copies=COPIES_GOODS,
    )


def statement(count: int = 46) -> PrintReport:
    """A statement of account."""
    rows, balance = (
        [PrintRow(("01-04-2026", "", "Opening balance", None, None, D("48250.00")), "strong")],
        D("48250.00"),
    )
    for number in range(count):
        debit = D("11800.00") * (number % 7 + 1) if number % 3 else None
        credit = None if number % 3 else D("25000.00")
        balance += (debit or 0) - (credit or 0)
        rows.append(
            PrintRow(
                (
                    f"{number % 28 + 1:02}-{number // 28 + 4:02}-2026",
                    f"SFS/26-27/{number + 1:05}",
                    "Tax invoice" if debit else "NEFT receipt HDFCN5202611",
                    debit,
                    credit,
                    balance,
                )
            )
        )
    rows.append(PrintRow(("", "", "Closing balance", D("1534000.00"), D("400000.00"), balance), "total"))
    return PrintReport(
        title="Statement of Account",
        period="1 April 2026 to 21 November 2026",
        company=company(logo=logo()),
        party=buyer(),
        columns=(
            PrintColumn("Date"),
            PrintColumn("Number"),
            PrintColumn("Particulars", weight=1),
            PrintColumn("Debit", "right"),
            PrintColumn("Credit", "right"),
            PrintColumn("Balance", "right"),
        ),
        rows=tuple(rows),
        summary=(
            PrintTotal("Not due", D("118000.00")),
            PrintTotal("1–30 days", D("82600.00")),
            PrintTotal("31–60 days", D("0.00")),
            PrintTotal("61–90 days", D("23600.00")),
            PrintTotal("Over 90 days", D("0.00")),
            PrintTotal("Balance due", balance, "grand"),
        ),
        notes="Please tell us within 7 days if your books differ.",
    )


def trial_balance() -> PrintReport:
    """A trial balance with groups."""
    rows = []
    for group in (
        "Capital account",
        "Loans (liability)",
        "Current assets",
        "Fixed assets",
        "Sales accounts",
        "Indirect expenses",
    ):
        rows.append(
            PrintRow(
                (group, D("1250000.00"), None, D("840000.50"), D("120300.00"), D("1969700.50"), None),
                "strong",
            )
        )
        rows.extend(
            PrintRow(
                (
                    f"{group}: ledger {number}",
                    D("250000.00"),
                    None,
                    D("168000.10") * number,
                    D("24060.00"),
                    D("393940.10"),
                    D(0),
                ),
                level=1,
            )
            for number in range(1, 9)
        )
    rows.append(
        PrintRow(
            (
                "Total",
                D("7500000.00"),
                D("7500000.00"),
                D("5040003.00"),
                D("721800.00"),
                D("11818203.00"),
                D("11818203.00"),
            ),
            "total",
        )
    )
    head = (
        "Account",
        "Opening debit",
        "Opening credit",
        "Debit",
        "Credit",
        "Closing debit",
        "Closing credit",
    )
    return PrintReport(
        title="Trial Balance",
        period="1 April 2026 to 31 October 2026",
        subtitle="All cost centres, posted entries",
        company=company(),
        columns=(PrintColumn(head[0], weight=1), *(PrintColumn(label, "right") for label in head[1:])),
        rows=tuple(rows),
        landscape=True,
    )


ALL = {
    "intra": lambda: invoice(copies=COPIES_GOODS),
    "inter": interstate,
    "export": export,
    "proforma": proforma,
    "forty": lambda: invoice(40),
    "challan": challan,
    "credit": credit_note,
    "receipt": receipt,
    "hindi": hindi,
    "long": long_names,
}
REPORTS = {"statement": statement, "trial": trial_balance}


def crowded() -> PrintDocument:
    """Everything at once: cess, many totals, long terms, three parties, cancelled."""
    rows = tuple(replace(line, cess=D("120.50")) for line in lines(12))
    clauses = "\n".join(
        f"{number}. The buyer inspects the goods within seven days of delivery and tells the seller in "
        "writing of any shortage, damage or difference from the order, failing which the goods are held "
        "to be accepted in full."
        for number in range(1, 15)
    )
    return invoice(
        lines=rows,
        parties=(
            buyer(label="Dispatch from", name="Chakan works"),
            buyer(label="Broker", name="R. K. Patil"),
        ),
        tax_rows=tuple(replace(row, cess=D("241.00")) for row in tax_rows(rows)),
        totals=(
            PrintTotal("Sub-total", D("512345.10")),
            PrintTotal("Discount", D("-5000.00")),
            PrintTotal("Freight", D("1800.00")),
            PrintTotal("Packing and forwarding", D("950.00"), "muted"),
            *totals(rows)[:-1],
            PrintTotal("Cess", D("1446.00")),
            PrintTotal("TCS 0.1%", D("545.00")),
            PrintTotal("Grand total", D("545119.00"), "grand"),
            PrintTotal("Advance received", D("-100000.00")),
            PrintTotal("Balance due", D("445119.00"), "strong"),
        ),
        company=company(logo=logo(), seal=seal(), signature=signature()),
        signatures=(
            PrintSignature("Prepared by", ours=False, name="S. Kulkarni"),
            PrintSignature(name="A. Joshi"),
        ),
        terms=clauses,
        notes="Handle with care. Unloading is in the scope of the buyer.",
        watermark="CANCELLED",
        copies=COPIES_GOODS,
    )


ALL["crowded"] = crowded
