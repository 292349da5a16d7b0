"""Unit quantity codes (UQC) of GST returns, e-invoice and e-way bill.

Source: the list of 45 codes in the GST portal's offline tool. Services have no unit: ``NA`` with quantity 0
in the HSN table. GSTN may add codes, so a product's unit maps to one of these by data.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

SERVICE_UQC = "NA"
OTHER_UQC = "OTH"

_TABLE = (
    "BAG BAGS|BAL BALE|BDL BUNDLES|BKL BUCKLES|BOU BILLION OF UNITS|BOX BOX|BTL BOTTLES|BUN BUNCHES|"
    "CAN CANS|CBM CUBIC METERS|CCM CUBIC CENTIMETERS|CMS CENTIMETERS|CTN CARTONS|DOZ DOZENS|DRM DRUMS|"
    "GGK GREAT GROSS|GMS GRAMMES|GRS GROSS|GYD GROSS YARDS|KGS KILOGRAMS|KLR KILOLITRE|KME KILOMETRE|"
    "LTR LITRES|MLT MILILITRE|MTR METERS|MTS METRIC TON|NOS NUMBERS|OTH OTHERS|PAC PACKS|PCS PIECES|"
    "PRS PAIRS|QTL QUINTAL|ROL ROLLS|SET SETS|SQF SQUARE FEET|SQM SQUARE METERS|SQY SQUARE YARDS|"
    "TBS TABLETS|TGM TEN GROSS|THD THOUSANDS|TON TONNES|TUB TUBES|UGS US GALLONS|UNT UNITS|YDS YARDS"
)

UQC: Mapping[str, str] = MappingProxyType({entry[:3]: entry[4:] for entry in _TABLE.split("|")})
"""Name by code."""


def uqc_label(code: str) -> str:
    """``KGS-KILOGRAMS``, as the portal's spreadsheet wants it; ``ValueError`` for an unknown code."""
    if code == SERVICE_UQC:
        return SERVICE_UQC
    if code not in UQC:
        raise ValueError(f"“{code}” is not a unit quantity code.")
    return f"{code}-{UQC[code]}"


def uqc_choices() -> list[tuple[str, str]]:
    """``(code, "KGS - Kilograms")`` for forms."""
    return [(code, f"{code} - {name.capitalize()}") for code, name in UQC.items()]
