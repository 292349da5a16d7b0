"""Amounts in words, for invoices and cheques: lakh and crore for rupees, million for foreign money.

House style: title case, no hyphens, no commas, "and" only before the small unit, ends with Only; crore is the
largest Indian unit (1,000 crore is One Thousand Crore). Hindi is available for rupees.
"""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import NamedTuple

_SMALL = [
    "Zero",
    "One",
    "Two",
    "Three",
    "Four",
    "Five",
    "Six",
    "Seven",
    "Eight",
    "Nine",
    "Ten",
    "Eleven",
    "Twelve",
    "Thirteen",
    "Fourteen",
    "Fifteen",
    "Sixteen",
    "Seventeen",
    "Eighteen",
    "Nineteen",
]
_TENS = ["Zero", "Ten", "Twenty", "Thirty", "Forty", "Fifty", "Sixty", "Seventy", "Eighty", "Ninety"]
_BELOW_HUNDRED = (
    *_SMALL,
    *(f"{_TENS[n // 10]} {_SMALL[n % 10]}" if n % 10 else _TENS[n // 10] for n in range(20, 100)),
)
_INDIAN = ((10**7, "Crore"), (10**5, "Lakh"), (10**3, "Thousand"), (100, "Hundred"))
_WESTERN = (
    (10**12, "Trillion"),
    (10**9, "Billion"),
    (10**6, "Million"),
    (10**3, "Thousand"),
    (100, "Hundred"),
)

_HINDI_SMALL = [
    "शून्य",
    "एक",
    "दो",
    "तीन",
    "चार",
    "पाँच",
    "छह",
    "सात",
    "आठ",
    "नौ",
    "दस",
    "ग्यारह",
    "बारह",
    "तेरह",
    "चौदह",
    "पंद्रह",
    "सोलह",
    "सत्रह",
    "अठारह",
    "उन्नीस",
    "बीस",
    "इक्कीस",
    "बाईस",
    "तेईस",
    "चौबीस",
    "पच्चीस",
    "छब्बीस",
    "सत्ताईस",
    "अट्ठाईस",
    "उनतीस",
    "तीस",
    "इकतीस",
    "बत्तीस",
    "तैंतीस",
    "चौंतीस",
    "पैंतीस",
    "छत्तीस",
    "सैंतीस",
    "अड़तीस",
    "उनतालीस",
    "चालीस",
    "इकतालीस",
    "बयालीस",
    "तैंतालीस",
    "चवालीस",
    "पैंतालीस",
    "छियालीस",
    "सैंतालीस",
    "अड़तालीस",
    "उनचास",
    "पचास",
    "इक्यावन",
    "बावन",
    "तिरेपन",
    "चौवन",
    "पचपन",
    "छप्पन",
    "सत्तावन",
    "अट्ठावन",
    "उनसठ",
    "साठ",
    "इकसठ",
    "बासठ",
    "तिरेसठ",
    "चौंसठ",
    "पैंसठ",
    "छियासठ",
    "सड़सठ",
    "अड़सठ",
    "उनहत्तर",
    "सत्तर",
    "इकहत्तर",
    "बहत्तर",
    "तिहत्तर",
    "चौहत्तर",
    "पचहत्तर",
    "छिहत्तर",
    "सतहत्तर",
    "अठहत्तर",
    "उन्यासी",
    "अस्सी",
    "इक्यासी",
    "बयासी",
    "तिरासी",
    "चौरासी",
    "पचासी",
    "छियासी",
    "सत्तासी",
    "अट्ठासी",
    "नवासी",
    "नब्बे",
    "इक्यानवे",
    "बानवे",
    "तिरानवे",
    "चौरानवे",
    "पंचानवे",
    "छियानवे",
    "सत्तानवे",
    "अट्ठानवे",
    "निन्यानवे",
]
_HINDI_UNITS = ((10**7, "करोड़"), (10**5, "लाख"), (10**3, "हज़ार"), (100, "सौ"))


class Currency(NamedTuple):
    """Names of a currency; ``places`` is the number of decimals of its small unit (0 when it has none)."""

    one: str
    many: str
    small: str
    places: int = 2


CURRENCIES = {
    "INR": Currency("Rupee", "Rupees", "Paise"),
    "USD": Currency("US Dollar", "US Dollars", "Cents"),
    "EUR": Currency("Euro", "Euros", "Cents"),
    "GBP": Currency("Pound Sterling", "Pounds Sterling", "Pence"),
    "AED": Currency("UAE Dirham", "UAE Dirhams", "Fils"),
    "SAR": Currency("Saudi Riyal", "Saudi Riyals", "Halalas"),
    "QAR": Currency("Qatari Riyal", "Qatari Riyals", "Dirhams"),
    "KWD": Currency("Kuwaiti Dinar", "Kuwaiti Dinars", "Fils", 3),
    "BHD": Currency("Bahraini Dinar", "Bahraini Dinars", "Fils", 3),
    "OMR": Currency("Omani Rial", "Omani Rials", "Baisa", 3),
    "SGD": Currency("Singapore Dollar", "Singapore Dollars", "Cents"),
    "MYR": Currency("Malaysian Ringgit", "Malaysian Ringgit", "Sen"),
    "HKD": Currency("Hong Kong Dollar", "Hong Kong Dollars", "Cents"),
    "AUD": Currency("Australian Dollar", "Australian Dollars", "Cents"),
    "NZD": Currency("New Zealand Dollar", "New Zealand Dollars", "Cents"),
    "CAD": Currency("Canadian Dollar", "Canadian Dollars", "Cents"),
    "CHF": Currency("Swiss Franc", "Swiss Francs", "Rappen"),
    "CNY": Currency("Chinese Yuan", "Chinese Yuan", "Fen"),
    "JPY": Currency("Japanese Yen", "Japanese Yen", "", 0),
    "ZAR": Currency("South African Rand", "South African Rand", "Cents"),
    "NPR": Currency("Nepalese Rupee", "Nepalese Rupees", "Paisa"),
    "BDT": Currency("Bangladeshi Taka", "Bangladeshi Taka", "Poisha"),
    "LKR": Currency("Sri Lankan Rupee", "Sri Lankan Rupees", "Cents"),
}
_INDIAN_GROUPS = frozenset({"INR", "NPR", "BDT", "LKR"})


def amount_in_words(amount: Decimal, currency: str = "INR", language: str = "en") -> str:
    """``Rupees One Lakh Twenty and Paise Five Only``; a currency without names is written by its code.

    The amount is rounded to the currency's small unit first. ``language`` ``hi`` writes rupees in Hindi; any
    other currency falls back to English.
    """
    names = CURRENCIES.get(currency) or Currency(currency, currency, "Cents")
    units = int(amount.scaleb(names.places).to_integral_value(ROUND_HALF_UP))
    whole, part = divmod(abs(units), 10**names.places)
    if language == "hi" and currency == "INR":
        return _hindi_sentence(whole, part, units < 0)
    scale = _INDIAN if currency in _INDIAN_GROUPS else _WESTERN
    pieces = []
    if whole or not part:
        pieces.append(f"{names.one if whole == 1 else names.many} {_words(whole, scale)}")
    if part:
        pieces.append(f"{names.small} {_words(part, scale)}")
    sign = "Minus " if units < 0 else ""
    return f"{sign}{' and '.join(pieces)} Only"


def number_in_words(number: int, *, indian: bool = True) -> str:
    """A whole number in English, e.g. ``Twelve Lakh``; Western units with ``indian=False``."""
    sign = "Minus " if number < 0 else ""
    return sign + _words(abs(number), _INDIAN if indian else _WESTERN)


def _words(number: int, scale: tuple[tuple[int, str], ...]) -> str:
    if number < 100:
        return _BELOW_HUNDRED[number]
    parts = []
    for size, name in scale:
        if number >= size:
            head, number = divmod(number, size)
            parts.append(f"{_words(head, scale)} {name}")
    if number:
        parts.append(_BELOW_HUNDRED[number])
    return " ".join(parts)


def _hindi_words(number: int) -> str:
    for size, name in _HINDI_UNITS:
        if number >= size:
            head, rest = divmod(number, size)
            tail = f" {_hindi_words(rest)}" if rest else ""
            return f"{_hindi_words(head)} {name}{tail}"
    return _HINDI_SMALL[number]


def _hindi_sentence(whole: int, part: int, negative: bool) -> str:
    pieces = []
    if whole or not part:
        pieces.append(f"{'रुपया' if whole == 1 else 'रुपये'} {_hindi_words(whole)}")
    if part:
        pieces.append(f"{'पैसा' if part == 1 else 'पैसे'} {_hindi_words(part)}")
    return f"{'ऋण ' if negative else ''}{' और '.join(pieces)} मात्र"
