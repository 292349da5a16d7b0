"""GST state codes: names, kinds and which tax replaces State GST there.

Source: the state code list of the GST portal and section 2(114) with the UTGST Act 2017. UTGST applies in
the Union territories without a legislature; Delhi, Puducherry and Jammu and Kashmir have one and levy
SGST. Codes 25 (merged into 26 on 26 Jan 2020) and 28 (Andhra Pradesh before June 2014) are closed for new
registrations but still occur in old documents, so they stay valid for reading.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

OTHER_COUNTRY = "96"
OTHER_TERRITORY = "97"
CENTRE_JURISDICTION = "99"


@dataclass(frozen=True, slots=True)
class State:
    """One GST state code with its English and Hindi name."""

    code: str
    name: str
    name_hi: str
    short: str
    union_territory: bool = False
    uses_utgst: bool = False
    closed: bool = False


def _state(code: str, short: str, name: str, name_hi: str, flags: str = "") -> State:
    """``flags``: u Union territory, t levies UTGST, c closed for new registrations."""
    return State(code, name, name_hi, short, "u" in flags, "t" in flags, "c" in flags)


_ALL = (
    _state("01", "JK", "Jammu and Kashmir", "जम्मू और कश्मीर", "u"),
    _state("02", "HP", "Himachal Pradesh", "हिमाचल प्रदेश"),
    _state("03", "PB", "Punjab", "पंजाब"),
    _state("04", "CH", "Chandigarh", "चंडीगढ़", "ut"),
    _state("05", "UK", "Uttarakhand", "उत्तराखंड"),
    _state("06", "HR", "Haryana", "हरियाणा"),
    _state("07", "DL", "Delhi", "दिल्ली", "u"),
    _state("08", "RJ", "Rajasthan", "राजस्थान"),
    _state("09", "UP", "Uttar Pradesh", "उत्तर प्रदेश"),
    _state("10", "BR", "Bihar", "बिहार"),
    _state("11", "SK", "Sikkim", "सिक्किम"),
    _state("12", "AR", "Arunachal Pradesh", "अरुणाचल प्रदेश"),
    _state("13", "NL", "Nagaland", "नागालैंड"),
    _state("14", "MN", "Manipur", "मणिपुर"),
    _state("15", "MZ", "Mizoram", "मिज़ोरम"),
    _state("16", "TR", "Tripura", "त्रिपुरा"),
    _state("17", "ML", "Meghalaya", "मेघालय"),
    _state("18", "AS", "Assam", "असम"),
    _state("19", "WB", "West Bengal", "पश्चिम बंगाल"),
    _state("20", "JH", "Jharkhand", "झारखंड"),
    _state("21", "OD", "Odisha", "ओडिशा"),
    _state("22", "CG", "Chhattisgarh", "छत्तीसगढ़"),
    _state("23", "MP", "Madhya Pradesh", "मध्य प्रदेश"),
    _state("24", "GJ", "Gujarat", "गुजरात"),
    _state("25", "DD", "Daman and Diu (old)", "दमन और दीव (पुराना)", "utc"),
    _state("26", "DH", "Dadra and Nagar Haveli and Daman and Diu", "दादरा और नगर हवेली और दमन और दीव", "ut"),
    _state("27", "MH", "Maharashtra", "महाराष्ट्र"),
    _state("28", "AD", "Andhra Pradesh (before 2014)", "आंध्र प्रदेश (2014 से पहले)", "c"),
    _state("29", "KA", "Karnataka", "कर्नाटक"),
    _state("30", "GA", "Goa", "गोवा"),
    _state("31", "LD", "Lakshadweep", "लक्षद्वीप", "ut"),
    _state("32", "KL", "Kerala", "केरल"),
    _state("33", "TN", "Tamil Nadu", "तमिलनाडु"),
    _state("34", "PY", "Puducherry", "पुदुचेरी", "u"),
    _state("35", "AN", "Andaman and Nicobar Islands", "अंडमान और निकोबार द्वीपसमूह", "ut"),
    _state("36", "TS", "Telangana", "तेलंगाना"),
    _state("37", "AP", "Andhra Pradesh", "आंध्र प्रदेश"),
    _state("38", "LA", "Ladakh", "लद्दाख", "ut"),
    _state("96", "OC", "Other country", "अन्य देश"),
    _state("97", "OT", "Other territory", "अन्य क्षेत्र", "ut"),
    _state("99", "CJ", "Centre jurisdiction", "केंद्रीय अधिकार क्षेत्र"),
)

STATES: Mapping[str, State] = MappingProxyType({state.code: state for state in _ALL})
"""Every code, by code."""

UTGST_CODES = frozenset(state.code for state in _ALL if state.uses_utgst)
UNION_TERRITORIES = frozenset(state.code for state in _ALL if state.union_territory)
CLOSED_CODES = frozenset(state.code for state in _ALL if state.closed)
PLACE_CODES = frozenset(STATES) - {CENTRE_JURISDICTION}
"""Codes that can be a place of supply."""


def state_choices(*, closed: bool = False, language: str = "en") -> list[tuple[str, str]]:
    """``(code, "27 Maharashtra")`` for the states of Indian addresses, without 96 and 99.

    Closed codes are left out unless ``closed`` asks for them.
    """
    skip = {OTHER_COUNTRY, CENTRE_JURISDICTION}
    return [
        (state.code, f"{state.code} {state_name(state.code, language)}")
        for state in _ALL
        if state.code not in skip and (closed or not state.closed)
    ]


def state_name(code: str, language: str = "en") -> str:
    """The name of a state code in ``en`` or ``hi``; an unknown code raises ``ValueError``."""
    state = STATES.get(code)
    if state is None:
        raise ValueError(f"“{code}” is not a GST state code.")
    return state.name_hi if language == "hi" else state.name


def state_code_for_name(name: str) -> str | None:
    """The open code for a state's English or Hindi name or two-letter short form, else ``None`` (imports
    use it).
    """
    return _BY_NAME.get(_folded(name))


def _folded(name: str) -> str:
    return " ".join(name.replace("&", " and ").casefold().split())


_ALIASES = {
    "orissa": "21",
    "pondicherry": "34",
    "uttaranchal": "05",
    "nct of delhi": "07",
    "new delhi": "07",
    "tg": "36",
    "or": "21",
    "andaman and nicobar": "35",
    "jammu kashmir": "01",
    "dadra and nagar haveli": "26",
    "daman and diu": "26",
    "dn": "26",
}
_BY_NAME = {
    _folded(text): state.code
    for state in _ALL
    if not state.closed
    for text in (state.name, state.name_hi, state.short, state.code)
} | _ALIASES
