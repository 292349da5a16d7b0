"""Identifiers of Indian business: GSTIN in all its kinds, PAN, TAN, Aadhaar, IFSC, CIN, UAN and some more.

Sources: GST portal (GSTIN form and its base-36 check character; tax deductors and collectors have D and C as
the 14th character; UIN, non-resident and OIDAR ids have their own form without a check), Income-tax
Department (PAN and TAN form), UIDAI (Aadhaar: 12 digits, first 2 to 9, Verhoeff), RBI (IFSC), MCA (CIN,
LLPIN), EPFO (UAN).

Each ``*_check`` tells what is wrong; each ``validate_*`` returns the tidy value or raises ``ValueError`` with
a message for the person who typed it.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from stdnum import verhoeff

from apps.core.india.states import OTHER_COUNTRY, STATES

_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_SEPARATORS = re.compile(r"[\s-]+")

PAN_HOLDERS = {
    "A": "Association of persons",
    "B": "Body of individuals",
    "C": "Company",
    "F": "Firm or LLP",
    "G": "Government",
    "H": "Hindu undivided family",
    "J": "Artificial juridical person",
    "L": "Local authority",
    "P": "Person",
    "T": "Trust",
}


class GstinKind(StrEnum):
    """Whose number it is."""

    ORDINARY = "ordinary"
    DEDUCTOR = "deductor"
    COLLECTOR = "collector"
    GOVERNMENT = "government"
    UIN = "uin"
    NON_RESIDENT = "non_resident"
    OIDAR = "oidar"


class Reason(StrEnum):
    """Why an identifier is refused."""

    LENGTH = "length"
    FORMAT = "format"
    STATE_CODE = "state_code"
    ENTITY_CODE_ZERO = "entity_code_zero"
    CHECKSUM = "checksum"


_GSTIN_MESSAGES = {
    Reason.LENGTH: "A GSTIN has 15 characters.",
    Reason.FORMAT: "This is not the form of a GSTIN, such as 27AAPFU0939F1ZV.",
    Reason.STATE_CODE: "The first two digits of the GSTIN are not a state code.",
    Reason.ENTITY_CODE_ZERO: "The 13th character of a GSTIN is never 0.",
    Reason.CHECKSUM: "The last character of the GSTIN does not fit the others: a typing mistake?",
}

_ORDINARY = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]Z[0-9A-Z]", re.ASCII)
_WITHHOLDER = re.compile(r"\d{2}[A-Z]{4}[A-Z0-9]\d{4}[A-Z][0-9A-Z][DC][0-9A-Z]", re.ASCII)
_UNCHECKED = (
    (GstinKind.GOVERNMENT, re.compile(r"\d{2}[A-Z]{4}\d{5}[A-Z]\dZ\d", re.ASCII)),
    (GstinKind.UIN, re.compile(r"\d{4}[A-Z]{3}\d{5}[UO]N[0-9A-Z]", re.ASCII)),
    (GstinKind.NON_RESIDENT, re.compile(r"\d{4}[A-Z]{3}\d{5}NR[0-9A-Z]", re.ASCII)),
    (GstinKind.OIDAR, re.compile(r"99\d{2}[A-Z]{3}\d{5}OS[0-9A-Z]", re.ASCII)),
)
_SANDBOX = re.compile(r"\d{2}[A-Z]{5}\d{4}[A-Z][0-9A-Z]{3}", re.ASCII)


@dataclass(frozen=True, slots=True)
class GstinResult:
    """Answer of `gstin_check`; ``pan`` and ``check_digit`` are empty for kinds that have none."""

    value: str
    valid: bool
    reason: Reason | None = None
    kind: GstinKind | None = None
    state_code: str = ""
    pan: str = ""
    check_digit: str = ""

    @property
    def message(self) -> str:
        """Why it is refused, in words; empty when valid."""
        return _GSTIN_MESSAGES[self.reason] if self.reason else ""


def gstin_check_digit(first14: str) -> str:
    """The 15th character: base-36 values times 1, 2, 1, 2 …, sum of quotients and remainders by 36."""
    if len(first14) != 14 or any(character not in _BASE36 for character in first14):
        raise ValueError("14 capital letters and digits are needed.")
    total = 0
    for index, character in enumerate(first14):
        total += sum(divmod(_BASE36.index(character) * (1 + index % 2), 36))
    return _BASE36[-total % 36]


def gstin_check(value: str, *, sandbox: bool = False) -> GstinResult:
    """Check a GSTIN, UIN or other GST id offline. Spaces and small letters are tidied.

    ``sandbox`` accepts the portals' test numbers, which break the form of the last characters and the check.
    """
    number = tidy(value)
    if len(number) != 15:
        return GstinResult(number, False, Reason.LENGTH)
    if sandbox and _SANDBOX.fullmatch(number) and number[:2] in STATES:
        return _taxpayer(number, GstinKind.ORDINARY)
    for unchecked, pattern in _UNCHECKED:
        if pattern.fullmatch(number):
            return _without_check(number, unchecked)
    kind = _checked_kind(number)
    if kind is None:
        return GstinResult(number, False, Reason.FORMAT)
    problem = _taxpayer_problem(number)
    return GstinResult(number, False, problem, kind) if problem else _taxpayer(number, kind)


def _checked_kind(number: str) -> GstinKind | None:
    """The kind of a number that carries a check character, by its form."""
    if _ORDINARY.fullmatch(number):
        return GstinKind.ORDINARY
    if _WITHHOLDER.fullmatch(number):
        return GstinKind.DEDUCTOR if number[13] == "D" else GstinKind.COLLECTOR
    return None


def _taxpayer_problem(number: str) -> Reason | None:
    if number[:2] not in STATES or number[:2] == OTHER_COUNTRY:
        return Reason.STATE_CODE
    if number[12] == "0":
        return Reason.ENTITY_CODE_ZERO
    return None if gstin_check_digit(number[:14]) == number[14] else Reason.CHECKSUM


def _taxpayer(number: str, kind: GstinKind) -> GstinResult:
    return GstinResult(number, True, None, kind, number[:2], number[2:12], number[14])


def _without_check(number: str, kind: GstinKind) -> GstinResult:
    """UIN and non-resident ids carry a state in front as well (99 for OIDAR); only Government ids hold no
    PAN.
    """
    if number[:2] not in STATES:
        return GstinResult(number, False, Reason.STATE_CODE, kind)
    return GstinResult(number, True, None, kind, number[:2])


def validate_gstin(value: str, *, state_code: str | None = None, sandbox: bool = False) -> str:
    """The tidy GSTIN; ``ValueError`` also when it belongs to another state than ``state_code``."""
    result = gstin_check(value, sandbox=sandbox)
    if not result.valid:
        raise ValueError(result.message)
    if state_code and result.kind == GstinKind.ORDINARY and result.state_code != state_code:
        raise ValueError(
            f"The GSTIN belongs to state {result.state_code}, the address to state {state_code}."
        )
    return result.value


def tidy(value: str) -> str:
    """Capitals, without spaces and hyphens."""
    return _SEPARATORS.sub("", value).upper()


# --- PAN, TAN, Aadhaar


_PAN = re.compile(r"[A-Z]{3}[ABCFGHJLPT][A-Z]\d{4}[A-Z]", re.ASCII)
_TAN = re.compile(r"[A-Z]{4}\d{5}[A-Z]", re.ASCII)
_AADHAAR = re.compile(r"[2-9]\d{11}", re.ASCII)


def pan_holder(value: str) -> str:
    """The letter of the holder's kind (``P`` person, ``C`` company …), empty if this is no PAN."""
    number = tidy(value)
    return number[3] if _PAN.fullmatch(number) else ""


def validate_pan(value: str) -> str:
    """The tidy PAN or ``ValueError``."""
    number = tidy(value)
    if not _PAN.fullmatch(number):
        raise ValueError(
            "A PAN has 5 letters, 4 digits and a letter, such as AAPFU0939F; the 4th tells the holder."
        )
    return number


def validate_tan(value: str) -> str:
    """The tidy TAN or ``ValueError``."""
    return _matching(_TAN, value, "A TAN has 4 letters, 5 digits and a letter, such as MUMA12345B.")


def aadhaar_problem(value: str) -> Reason | None:
    """Why an Aadhaar number is refused, ``None`` when it holds."""
    number = tidy(value)
    if len(number) != 12:
        return Reason.LENGTH
    if not _AADHAAR.fullmatch(number):
        return Reason.FORMAT
    return None if verhoeff.is_valid(number) else Reason.CHECKSUM


def validate_aadhaar(value: str) -> str:
    """The twelve digits or ``ValueError`` (which never repeats the number). Store `aadhaar_masked` only."""
    if aadhaar_problem(value):
        raise ValueError("This is not an Aadhaar number: 12 digits, the last one a check digit.")
    return tidy(value)


def aadhaar_masked(value: str) -> str:
    """``XXXX XXXX 2346``: all that may be shown or kept."""
    return f"XXXX XXXX {tidy(value)[-4:]}"


# --- Banks, companies, employees, addresses


def _matching(pattern: re.Pattern[str], value: str, message: str) -> str:
    number = tidy(value)
    if not pattern.fullmatch(number):
        raise ValueError(message)
    return number


_IFSC = re.compile(r"[A-Z]{4}0[A-Z0-9]{6}", re.ASCII)
_CIN = re.compile(r"[LU]\d{5}[A-Z]{2}(?:18|19|20)\d{2}[A-Z]{3}\d{6}", re.ASCII)
_LLPIN = re.compile(r"[A-Z]{3}\d{4}", re.ASCII)
_UAN = re.compile(r"\d{12}", re.ASCII)
_UDYAM = re.compile(r"UDYAM[A-Z]{2}\d{2}\d{7}", re.ASCII)
_PIN = re.compile(r"[1-9]\d{5}", re.ASCII)
_MOBILE = re.compile(r"[6-9]\d{9}", re.ASCII)
_BANK_ACCOUNT = re.compile(r"\d{6,18}", re.ASCII)
_IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{11,30}", re.ASCII)
_UPI = re.compile(r"[A-Za-z0-9._-]{2,256}@[A-Za-z][A-Za-z0-9]{1,63}", re.ASCII)
_HSN = re.compile(r"\d{2}|\d{4}|\d{6}|\d{8}", re.ASCII)


def validate_ifsc(value: str) -> str:
    """The tidy IFSC or ``ValueError``."""
    return _matching(
        _IFSC, value, "An IFSC has 4 letters, a zero and 6 more characters, such as HDFC0000123."
    )


def validate_cin(value: str) -> str:
    """The tidy company identification number or ``ValueError``."""
    return _matching(_CIN, value, "A CIN has 21 characters, such as U72200MH2010PTC123456.")


def validate_llpin(value: str) -> str:
    """The LLP identification number as ``AAB-1234`` or ``ValueError``."""
    number = _matching(_LLPIN, value, "An LLPIN has 3 letters and 4 digits, such as AAB-1234.")
    return f"{number[:3]}-{number[3:]}"


def validate_uan(value: str) -> str:
    """The universal account number of the provident fund or ``ValueError``."""
    return _matching(_UAN, value, "A UAN has 12 digits.")


def validate_udyam(value: str) -> str:
    """The MSME registration as ``UDYAM-MH-01-0000001`` or ``ValueError``."""
    number = _matching(_UDYAM, value, "A Udyam number looks like UDYAM-MH-01-0000001.")
    return f"{number[:5]}-{number[5:7]}-{number[7:9]}-{number[9:]}"


def validate_pin_code(value: str) -> str:
    """The six digits of a postal PIN code or ``ValueError``."""
    return _matching(_PIN, value, "A PIN code has 6 digits and doesn't start with 0.")


def validate_mobile(value: str) -> str:
    """An Indian mobile number as ten digits (``+91`` and a leading 0 are taken off) or ``ValueError``."""
    number = tidy(value).removeprefix("+91").removeprefix("0")
    if len(number) == 12:
        number = number.removeprefix("91")
    return _matching(_MOBILE, number, "An Indian mobile number has 10 digits and starts with 6, 7, 8 or 9.")


def phone_digits(value: str) -> str:
    """The last ten digits of a phone number, by which two ways to write it are the same; "" for too few."""
    digits = re.sub(r"\D", "", value or "")
    return digits[-10:] if len(digits) >= 8 else ""


def validate_bank_account(value: str) -> str:
    """The digits of a bank account number or ``ValueError``."""
    return _matching(_BANK_ACCOUNT, value, "A bank account number has 6 to 18 digits.")


def validate_payee_account(value: str) -> str:
    """The account number of somebody we pay: an Indian one or an IBAN (ISO 13616), or ``ValueError``."""
    number = tidy(value)
    if not _IBAN.fullmatch(number):
        return validate_bank_account(number)
    digits = "".join(str(int(character, 36)) for character in number[4:] + number[:4])
    if int(digits) % 97 != 1:
        raise ValueError("The check digits of the IBAN do not fit the others: a typing mistake?")
    return number


def validate_upi(value: str) -> str:
    """The UPI id as it is written, or ``ValueError``."""
    if not _UPI.fullmatch(value):
        raise ValueError("A UPI id looks like name@bank.")
    return value


def validate_hsn(value: str) -> str:
    """An HSN (goods) or SAC (services, starting with 99) code of 2, 4, 6 or 8 digits, or ``ValueError``."""
    return _matching(_HSN, value, "An HSN or SAC code has 2, 4, 6 or 8 digits.")


def is_service_code(hsn: str) -> bool:
    """SAC codes live in chapter 99."""
    return hsn.startswith("99")
