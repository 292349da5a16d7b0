"""The invoice in short: a line for each HSN code, rate and unit instead of each article; the sums as ever."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.documents.printing import PrintDocument, PrintLine

_SUMMED = ("quantity", "taxable", "cgst", "sgst", "igst", "cess", "total")


def summary_print(document: Any, built: PrintDocument) -> PrintDocument:
    """``built`` with its lines put together; what is only shown and headings are left out."""
    groups: dict[tuple[Any, ...], list[PrintLine]] = {}
    for line in built.lines:
        if not (line.shadow or line.heading):
            groups.setdefault((line.hsn, line.rate, line.unit), []).append(line)
    lines = tuple(_together(number, lines) for number, lines in enumerate(groups.values(), 1))
    return replace(built, lines=lines)


def _together(number: int, lines: list[PrintLine]) -> PrintLine:
    if len(lines) == 1:
        return replace(lines[0], position=str(number), detail="")
    first = lines[0]
    names = list(dict.fromkeys(line.description for line in lines))
    text = ", ".join(names[:2])
    if len(names) > 2:
        more = len(names) - 2
        text += " " + ngettext("and %(n)s more", "and %(n)s more", more) % {"n": more}
    return PrintLine(
        description=text,
        position=str(number),
        detail=_("%(n)s lines") % {"n": len(lines)},
        hsn=first.hsn,
        unit=first.unit,
        rate=first.rate,
        **{name: _sum(lines, name) for name in _SUMMED},
    )


def _sum(lines: list[PrintLine], name: str) -> Decimal | None:
    values = [getattr(line, name) for line in lines if getattr(line, name) is not None]
    return sum(values, Decimal(0)) if values else None
