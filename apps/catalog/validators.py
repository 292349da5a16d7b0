"""Checks of HSN/SAC codes and barcodes."""

from __future__ import annotations

import re

from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

_HSN = re.compile(r"(?:\d{4}|\d{6}|\d{8})", re.ASCII)
_BARCODE = re.compile(r"[0-9A-Za-z\-./+$% ]{3,48}", re.ASCII)


def hsn_validator(value: str) -> None:
    """4, 6 or 8 digits (notification 78/2020-CT); services are the chapter 99."""
    if not _HSN.fullmatch(value):
        raise ValidationError(_("An HSN or SAC code has 4, 6 or 8 digits."), code="hsn")


def gtin_check_digit(digits: str) -> str:
    """Check digit of an EAN-8, UPC-A, EAN-13 or GTIN-14 whose other digits are given.

    Source: GS1 General Specifications, section 7.9: from the right, weights 3, 1, 3, 1 …
    """
    weighted = sum(int(digit) * (3 if place % 2 == 0 else 1) for place, digit in enumerate(reversed(digits)))
    return str(-weighted % 10)


def barcode_validator(value: str) -> None:
    """Digits of a GTIN's length must carry its check digit; other codes (Code 128, own labels) are free."""
    if not _BARCODE.fullmatch(value):
        raise ValidationError(_("A barcode has 3 to 48 letters, digits or - . / + $ %."), code="barcode")
    if value.isdigit() and len(value) in (8, 12, 13, 14) and gtin_check_digit(value[:-1]) != value[-1]:
        raise ValidationError(
            _("The check digit of %(value)s is wrong: it should be %(digit)s."),
            code="barcode",
            params={"value": value, "digit": gtin_check_digit(value[:-1])},
        )
