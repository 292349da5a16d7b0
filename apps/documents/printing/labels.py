"""Words that the kit itself prints, in English and Hindi.

The language belongs to the document, not to the person who prints it; so these are not gettext strings. The
key is the English text: a caller's label that is in this table is translated too, any other prints as
given.
"""

from __future__ import annotations

from .model import Language

HINDI = {
    "Tax Invoice": "कर बीजक",
    "Bill of Supply": "आपूर्ति बिल",
    "Proforma Invoice": "प्रोफार्मा बीजक",
    "Export Invoice": "निर्यात बीजक",
    "Quotation": "दर प्रस्ताव",
    "Estimate": "अनुमान पत्र",
    "Sales Order": "विक्रय आदेश",
    "Purchase Order": "क्रय आदेश",
    "Delivery Challan": "सुपुर्दगी चालान",
    "Packing Slip": "पैकिंग पर्ची",
    "Credit Note": "जमा पत्र",
    "Debit Note": "नामे पत्र",
    "Receipt Voucher": "प्राप्ति वाउचर",
    "Refund Voucher": "वापसी वाउचर",
    "Payment Voucher": "भुगतान वाउचर",
    "Payment Receipt": "भुगतान रसीद",
    "Statement of Account": "खाता विवरण",
    "Not a tax invoice": "यह कर बीजक नहीं है",
    "Number": "संख्या",
    "Invoice no.": "बीजक सं.",
    "Date": "दिनांक",
    "Invoice date": "बीजक दिनांक",
    "Due date": "देय तिथि",
    "Place of supply": "आपूर्ति का स्थान",
    "Reverse charge": "प्रतिलोम प्रभार",
    "Payment terms": "भुगतान शर्तें",
    "Order no.": "आदेश सं.",
    "Order date": "आदेश दिनांक",
    "Vehicle no.": "वाहन सं.",
    "Transporter": "परिवहनकर्ता",
    "E-way bill no.": "ई-वे बिल सं.",
    "Valid until": "वैध तिथि तक",
    "Period": "अवधि",
    "Bill to": "बिल प्राप्तकर्ता",
    "Ship to": "माल प्राप्तकर्ता",
    "Consignee": "माल प्राप्तकर्ता",
    "Customer": "ग्राहक",
    "Received from": "प्राप्त हुआ",
    "State": "राज्य",
    "Phone": "फोन",
    "Mail": "ईमेल",
    "Contact": "संपर्क",
    "#": "क्र.",
    "Description": "विवरण",
    "Particulars": "विवरण",
    "HSN/SAC": "एचएसएन/एसएसी",
    "Qty": "मात्रा",
    "Unit": "इकाई",
    "Rate": "दर",
    "Discount": "छूट",
    "Taxable value": "कर योग्य मूल्य",
    "Value of supply": "आपूर्ति का मूल्य",
    "Tax rate": "कर दर",
    "GST": "जीएसटी",
    "CGST": "केंद्रीय कर",
    "SGST": "राज्य कर",
    "IGST": "एकीकृत कर",
    "Cess": "उपकर",
    "Tax": "कर",
    "Amount": "राशि",
    "Total": "कुल",
    "Total tax": "कुल कर",
    "Grand total": "कुल योग",
    "Sub-total": "उप-योग",
    "Round off": "पूर्णांकन",
    "Advance received": "प्राप्त अग्रिम",
    "Balance due": "शेष देय",
    "Amount in words": "राशि शब्दों में",
    "Tax summary": "कर सारांश",
    "Bank details": "बैंक विवरण",
    "Account holder": "खाताधारक",
    "Bank": "बैंक",
    "Account no.": "खाता सं.",
    "IFSC": "आईएफएससी",
    "Branch": "शाखा",
    "SWIFT": "स्विफ्ट",
    "UPI": "यूपीआई",
    "Scan to pay": "भुगतान हेतु स्कैन करें",
    "Terms and conditions": "नियम एवं शर्तें",
    "Notes": "टिप्पणी",
    "For": "कृते",
    "Authorised signatory": "अधिकृत हस्ताक्षरकर्ता",
    "Receiver's signature": "प्राप्तकर्ता के हस्ताक्षर",
    "Prepared by": "तैयारकर्ता",
    "Packed by": "पैककर्ता",
    "Checked by": "जाँचकर्ता",
    "not billed": "बिल में नहीं",
    "Page {page} of {pages}": "पृष्ठ {page} / {pages}",
    "Original for recipient": "मूल प्रति – प्राप्तकर्ता हेतु",
    "Duplicate for transporter": "द्वितीय प्रति – परिवहनकर्ता हेतु",
    "Duplicate for supplier": "द्वितीय प्रति – आपूर्तिकर्ता हेतु",
    "Triplicate for supplier": "तृतीय प्रति – आपूर्तिकर्ता हेतु",
    "Original for consignee": "मूल प्रति – माल प्राप्तकर्ता हेतु",
    "Triplicate for consignor": "तृतीय प्रति – प्रेषक हेतु",
    "Debit": "नामे",
    "Credit": "जमा",
    "Balance": "शेष",
    "Opening balance": "प्रारंभिक शेष",
    "Closing balance": "अंतिम शेष",
    "Account": "खाता",
}


def inline(text: str, language: Language) -> str:
    """A label on one line; `both` joins the two by a slash. Unknown texts print as given."""
    if language == "en":
        return text
    hindi = HINDI.get(text)
    if hindi is None:
        return text
    return hindi if language == "hi" else f"{text} / {hindi}"


def stacked(text: str, language: Language) -> tuple[str, ...]:
    """A label of a column head, one line for each language."""
    if language == "en":
        return (text,)
    hindi = HINDI.get(text)
    if hindi is None:
        return (text,)
    return (hindi,) if language == "hi" else (text, hindi)


def page_of(page: int, pages: int, language: Language) -> str:
    """`Page 1 of 2`."""
    pattern = "Page {page} of {pages}"
    return inline(pattern, language).format(page=page, pages=pages)
