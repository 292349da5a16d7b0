"""Exact money and quantities on plain ``Decimal``.

Conventions of the whole product:

* money is rounded to paise **half away from zero** (0.005 becomes 0.01, -0.005 becomes -0.01), which is what
  Indian practice calls "half up" and what makes a credit note the exact mirror of its invoice;
* a total is the sum of rounded lines; a total that must be divided (document discount, freight, landed cost)
  is spread by the largest remainder so that the parts add up to the whole, to the paisa;
* unit prices and quantities carry up to six decimals, exchange rates up to ten.

``float`` is refused everywhere: a float has already lost the paisa by the time it arrives.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from decimal import ROUND_DOWN, ROUND_HALF_UP, Context, Decimal, InvalidOperation

ZERO = Decimal(0)
ONE = Decimal(1)
HUNDRED = Decimal(100)
PAISE = Decimal("0.01")

MAX_DIGITS = 20
"""Digits before and after the point that a number typed by a person may have (NUMERIC(20, 6) holds it)."""

# Rounding never depends on the thread's own decimal context: 50 digits, traps on.
EXACT = Context(prec=50, rounding=ROUND_HALF_UP)

_QUANTA = tuple(Decimal(1).scaleb(-places) for places in range(13))
_PLAIN = re.compile(r"[+-]?(?:\d+(?:\.\d*)?|\.\d+)", re.ASCII)
_INDIAN = re.compile(r"[+-]?\d{1,2}(?:,\d{2})*,\d{3}(?:\.\d*)?", re.ASCII)
_WESTERN = re.compile(r"[+-]?\d{1,3}(?:,\d{3})+(?:\.\d*)?", re.ASCII)
_SPACES = dict.fromkeys(map(ord, " \t\u00a0\u202f\u2009"))
_SYMBOLS = ("₹", "Rs.", "Rs", "INR")


def round_money(amount: Decimal, places: int = 2) -> Decimal:
    """``amount`` at ``places`` decimals (0 to 12), half away from zero; minus zero becomes plain zero."""
    rounded = amount.quantize(_QUANTA[places], ROUND_HALF_UP, EXACT)
    return rounded if rounded else abs(rounded)


def round_down(amount: Decimal, places: int = 2) -> Decimal:
    """``amount`` cut at ``places`` decimals, towards zero (used where the law says "ignore the part")."""
    cut = amount.quantize(_QUANTA[places], ROUND_DOWN, EXACT)
    return cut if cut else abs(cut)


def round_rupee(amount: Decimal) -> Decimal:
    """Nearest whole rupee, half away from zero, still written with paise (``129.00``)."""
    return round_money(amount, 0).quantize(PAISE)


def round_quantity(quantity: Decimal) -> Decimal:
    """A quantity at six decimals."""
    return round_money(quantity, 6)


def round_price(price: Decimal) -> Decimal:
    """A unit price at six decimals."""
    return round_money(price, 6)


def round_rate(rate: Decimal) -> Decimal:
    """An exchange rate at ten decimals."""
    return round_money(rate, 10)


def total(amounts: Iterable[Decimal]) -> Decimal:
    """Sum that starts from a Decimal zero, so that an empty list gives ``Decimal(0)``."""
    return sum(amounts, ZERO)


def spread(amount: Decimal, weights: Sequence[Decimal], places: int = 2) -> list[Decimal]:
    """Divide ``amount`` over ``weights`` so that the parts add up to it exactly.

    Largest remainder method: every share is cut at ``places`` decimals and the paise left over go one each to
    the largest remainders, ties to the earlier line. When all weights are zero the amount is divided evenly.
    The sign of ``amount`` is kept; a negative weight is refused (``ValueError``), as is an amount with more
    decimals than ``places``, since its parts could never add up to it.
    """
    if not weights:
        if amount:
            raise ValueError("Nothing to spread the amount over.")
        return []
    if any(weight < 0 for weight in weights):
        raise ValueError("A weight must not be negative.")
    if amount != round_money(amount, places):
        raise ValueError(f"The amount has more than {places} decimals.")
    units = int(abs(amount).scaleb(places, EXACT))
    integers = _as_integers(weights) if any(weights) else [1] * len(weights)
    sign = -1 if amount < 0 else 1
    return [Decimal(sign * part).scaleb(-places, EXACT) for part in _largest_remainder(units, integers)]


def _as_integers(weights: Sequence[Decimal]) -> list[int]:
    """The weights multiplied by one power of ten so that all are whole: the division below is then exact."""
    exponent = min(0, *(_exponent(weight) for weight in weights))
    return [int(weight.scaleb(-exponent, EXACT)) for weight in weights]


def _exponent(value: Decimal) -> int:
    exponent = value.as_tuple().exponent
    if not isinstance(exponent, int):
        raise TypeError("Not a finite number.")
    return exponent


def _largest_remainder(whole: int, weights: Sequence[int]) -> list[int]:
    base = sum(weights)
    divided = [divmod(whole * weight, base) for weight in weights]
    parts = [quotient for quotient, _ in divided]
    left = whole - sum(parts)
    order = sorted(range(len(weights)), key=lambda index: (-divided[index][1], index))
    for index in order[:left]:
        parts[index] += 1
    return parts


def round_together(amounts: Sequence[Decimal], target: Decimal, places: int = 2) -> list[Decimal]:
    """Exact ``amounts`` rounded to ``places`` so that they add up to ``target`` (already at ``places``).

    Each is rounded on its own first; the paise that then differ go one by one to the amounts whose
    rounding was the most generous in the other direction, ties to the earlier. Amounts may be of either
    sign.
    """
    rounded = [round_money(amount, places) for amount in amounts]
    gap = int((target - sum(rounded, ZERO)).scaleb(places, EXACT))
    if not gap:
        return rounded
    step = _QUANTA[places] if gap > 0 else -_QUANTA[places]
    sign = 1 if gap > 0 else -1
    order = sorted(range(len(amounts)), key=lambda index: (sign * (rounded[index] - amounts[index]), index))
    for turn in range(abs(gap)):
        rounded[order[turn % len(order)]] += step
    return rounded


def parse_decimal(
    text: str, *, max_digits: int = MAX_DIGITS, places: int = 6, allow_negative: bool = True
) -> Decimal:
    """The number a person typed or pasted: ``1,23,456.50``, ``123,456.50``, ``₹ 500``, ``(250.00)``, ``12-``.

    Brackets and a trailing minus mean a negative amount, as accountants write. Commas must group the Indian
    or the Western way; anything else, as well as NaN, infinity, exponents, more than ``max_digits`` digits or
    more than ``places`` decimals, is refused with a ``ValueError`` that says what is wrong.
    """
    if len(text) > 60:
        raise ValueError("The number is too long.")
    plain, negative = _strip_sign(text.strip().translate(_SPACES))
    if not (_PLAIN.fullmatch(plain) or _INDIAN.fullmatch(plain) or _WESTERN.fullmatch(plain)):
        raise ValueError(f"“{text.strip()[:40]}” is not a number.")
    try:
        value = Decimal(plain.replace(",", ""))
    except InvalidOperation as error:
        raise ValueError(f"“{text.strip()[:40]}” is not a number.") from error
    check_digits(value, max_digits=max_digits, places=places)
    value = -value if negative and value else value
    if value < 0 and not allow_negative:
        raise ValueError("The number must not be negative.")
    return value


def _strip_sign(text: str) -> tuple[str, bool]:
    """The bare digits of a typed amount and whether brackets or a trailing minus made it negative."""
    negative = False
    if text.startswith("(") and text.endswith(")"):
        text, negative = text[1:-1], True
    elif text.endswith("-") and len(text) > 1 and text[0] not in "+-":
        text, negative = text[:-1], True
    sign = ""
    if text[:1] in {"+", "-", "−"} and not negative:
        sign, text = ("-" if text[0] != "+" else ""), text[1:]
    for symbol in _SYMBOLS:
        if text.startswith(symbol):
            text = text[len(symbol) :]
            break
    if negative and text[:1] in {"+", "-"}:
        return "", negative  # "(-5)" says two things at once: refused
    return sign + text, negative


def check_digits(value: Decimal, *, max_digits: int = MAX_DIGITS, places: int = 6) -> Decimal:
    """``value`` itself when it is finite and fits ``NUMERIC(max_digits, places)``; else ``ValueError``."""
    if not value.is_finite():
        raise ValueError("The number must be finite.")
    if not value:
        return ZERO
    _, digits, exponent = value.normalize(EXACT).as_tuple()
    if not isinstance(exponent, int):  # pragma: no cover - a finite number has a whole exponent
        raise TypeError("The number must be finite.")
    if -exponent > places:
        raise ValueError(f"At most {places} decimals are possible.")
    if len(digits) + exponent > max_digits - places:
        raise ValueError(f"At most {max_digits - places} digits before the point are possible.")
    return value
