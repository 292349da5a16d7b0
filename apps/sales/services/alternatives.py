"""What is chosen of an offer. Lines that stand for each other: of each group exactly one counts, the others
only show their price; a group is a line and the alternatives that follow it, ``choice`` is the number of its
first line. Optional lines: each counts once it is taken."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.translation import gettext as _

from apps.core.errors import ErrorList, InvalidInput
from apps.core.keys import key_sent
from apps.sales.models import Quotation, QuotationLine


def groups_fill(lines: Sequence[QuotationLine]) -> None:
    """Work out which lines belong together and which one counts: the first where none was chosen.

    Raises InvalidInput with paths such as ``lines.1.alternative``.
    """
    errors = ErrorList()
    first, first_at = None, 0
    groups: dict[int, list[int]] = {}
    for index, line in enumerate(lines):
        line.choice = None
        if not line.alternative:
            first, first_at = line, index
            continue
        text = _why_not(first, line)
        if text or first is None:
            errors.add(f"lines.{index}.alternative", text)
            continue
        first.choice = line.choice = first.position
        groups.setdefault(first_at, [first_at]).append(index)
    for places in groups.values():
        chosen = [index for index in places if lines[index].chosen]
        if not chosen:
            lines[places[0]].chosen = True
        for index in chosen[1:]:
            errors.add(f"lines.{index}.chosen", _("Only one of the alternatives can be chosen."))
    for line in lines:
        line.chosen = line.chosen and (line.choice is not None or (line.optional and not line.shadow))
    errors.raise_if_any()


def _why_not(first: QuotationLine | None, line: QuotationLine) -> str:
    if first is None:
        return _("There is no line above it that it could stand for.")
    if line.optional or line.shadow or first.optional or first.shadow:
        return _("A line that is optional or shown only has no alternatives and is none.")
    return ""


def chosen_apply(lines: Iterable[QuotationLine], ids: Iterable[int]) -> list[QuotationLine]:
    """Choose these lines, each in its group; a group of which none is named stays as it is.

    Returns the lines that changed. Raises InvalidInput (``chosen``).
    """
    by_id = {line.pk: line for line in lines}
    wanted: dict[int, int] = {}
    for pk in ids:
        line = by_id.get(pk)
        if line is None or line.choice is None:
            raise nothing_to_choose("chosen")
        if wanted.setdefault(line.choice, pk) != pk:
            text = _("Only one of the alternatives can be chosen.")
            raise InvalidInput(text, field="chosen", code="duplicate")
    changed = []
    for line in by_id.values():
        if line.choice in wanted and line.chosen != (wanted[line.choice] == line.pk):
            line.chosen = not line.chosen
            changed.append(line)
    return changed


def options_apply(lines: Iterable[QuotationLine], ids: Iterable[int]) -> list[QuotationLine]:
    """Of the optional lines exactly these are taken. Returns those that changed. Raises InvalidInput
    (``options``)."""
    optional = {line.pk: line for line in lines if line.optional and not line.shadow}
    wanted = set(ids)
    if wanted - set(optional):
        raise nothing_to_choose("options")
    changed = [line for pk, line in optional.items() if line.chosen != (pk in wanted)]
    for line in changed:
        line.chosen = not line.chosen
    return changed


def nothing_to_choose(field: str) -> InvalidInput:
    """A line was named of which there is nothing to choose."""
    return InvalidInput(_("There is nothing to choose at this line."), field=field, code="not_found")


def chosen_read(rows: Any) -> list[int]:
    """Ids of ``chosen``: a list of ids, or of rows ``{line}``. Raises InvalidInput (``chosen``)."""
    return [] if rows is None else _ids_read(rows, "chosen")


def options_read(rows: Any) -> list[int] | None:
    """Ids of the optional lines taken: a list of ids, or of rows ``{line, taken}``; None: not said, they stay
    as they are. Raises InvalidInput (``options``)."""
    if rows is None:
        return None
    if isinstance(rows, list):
        rows = [row for row in rows if not (isinstance(row, dict) and row.get("taken") is False)]
    return _ids_read(rows, "options")


def _ids_read(rows: Any, field: str) -> list[int]:
    listed = rows if isinstance(rows, list) else [None]
    found = [key_sent(row.get("line") if isinstance(row, dict) else row) for row in listed]
    keys = [key for key in found if key is not None]
    if len(found) > 1000 or len(keys) < len(found):
        raise InvalidInput(_("Send the ids of the lines that are chosen."), field=field)
    return keys


def choice_groups(lines: Iterable[QuotationLine]) -> dict[int, list[QuotationLine]]:
    """{number of its first line: the lines of a group}, in their order."""
    groups: dict[int, list[QuotationLine]] = {}
    for line in lines:
        if line.choice is not None:
            groups.setdefault(line.choice, []).append(line)
    return groups


def stands_for(lines: Iterable[QuotationLine]) -> dict[int, int]:
    """{id of a line that doesn't count: number of the line of its group that does}."""
    rows = [line for line in lines if line.choice is not None]
    counts = {line.choice: line.position for line in rows if line.chosen}
    return {line.pk: counts[line.choice] for line in rows if not line.chosen and line.choice in counts}


def alternative_rows(quotation: Quotation, user: Any) -> list[dict[str, Any]]:
    """The lines among which one chooses, for the dialogs of accepting and ordering."""
    rows = quotation.lines.exclude(choice=None).order_by("position", "id")
    return [
        {
            "line": line.pk,
            "group": str(line.choice),
            "description": line.description or str(line.product),
            "total": str(line.line_total),
            "chosen": line.chosen,
        }
        for line in rows
    ]


def optional_rows(quotation: Quotation, user: Any) -> list[dict[str, Any]]:
    """The optional lines, for the dialogs of accepting and ordering."""
    rows = quotation.lines.filter(optional=True, shadow=False).order_by("position", "id")
    return [
        {
            "line": line.pk,
            "description": line.description or str(line.product),
            "total": str(line.line_total),
            "taken": line.chosen,
        }
        for line in rows
    ]
