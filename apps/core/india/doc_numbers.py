"""What a document number must look like.

Source: CGST Rules 2017, rule 46(b) (and 49, 50, 53 for other documents): consecutive, unique for a financial
year, up to sixteen characters of letters, digits, hyphen and slash. The invoice registration portal also
refuses a first character 0, hyphen or slash, and folds letters to capitals since 1 Jun 2025.
"""

from __future__ import annotations

import re

MAX_LENGTH = 16
_ALLOWED = re.compile(r"[A-Za-z0-9/-]+", re.ASCII)


def doc_number_problem(number: str, *, for_irn: bool = False) -> str:
    """What is wrong with a number, in words; empty when it may be used (for e-invoices with ``for_irn``)."""
    if not number:
        return "The number is empty."
    if len(number) > MAX_LENGTH:
        return f"The number has {len(number)} characters; GST allows {MAX_LENGTH}."
    if not _ALLOWED.fullmatch(number):
        return "Only letters, digits, hyphen and slash are allowed in the number."
    if for_irn and number[0] in "0/-":
        return "For an e-invoice the number must not start with 0, a slash or a hyphen."
    return ""


def validate_doc_number(number: str, *, for_irn: bool = False) -> str:
    """The number itself, or ``ValueError`` with the problem."""
    problem = doc_number_problem(number, for_irn=for_irn)
    if problem:
        raise ValueError(problem)
    return number


def series_problem(sample_prefix: str, digits: int, *, for_irn: bool = False) -> str:
    """Does a series (its longest prefix, with the year filled in, and its count of digits) give lawful
    numbers?
    """
    if digits < 1:
        return "A series needs at least one digit."
    return doc_number_problem(sample_prefix + "9" * digits, for_irn=for_irn)


def irn_number(number: str) -> str:
    """The number as the registration portal reads it: capital letters."""
    return validate_doc_number(number, for_irn=True).upper()
