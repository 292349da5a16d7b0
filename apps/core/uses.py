"""What stands on a master, so that nobody puts it in the bin under the feet of those who need it.

Most uses are found by themselves: a key that protects its target (``on_delete=PROTECT``) from a master that
isn't in the bin, from a setting, from an open document, or from a line of one of these; many-to-many keys of
masters and settings too. What else counts, an app says in its ``uses.py``::

    register_use(Place, Use(StockRow, "place", _("products in stock"), where=~Q(quantity=0)))
    register_part(NumberSeries, "company")     # goes with the company, is no use of it

Posted and closed documents are no use: they keep their masters, in the bin or not.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.db import models
from django.db.models import Count, Q
from django.utils.translation import gettext as _

from apps.core.errors import Refused
from apps.core.registry import business_models, has_bin, kind_name, load_modules, parent_key


@dataclass(frozen=True)
class Use:
    """Rows of ``model`` that reach the master by ``path``. ``where`` narrows them, ``count`` names what is
    counted (a line's document), ``label`` says what they are; else the plural name of ``model``."""

    model: type[models.Model]
    path: str
    label: Any = ""
    where: Q = field(default_factory=Q)
    count: str = "pk"


@dataclass(frozen=True)
class Found:
    """So many things use a record."""

    use: Use
    number: int

    @property
    def label(self) -> str:
        return str(self.use.label or self.use.model._meta.verbose_name_plural)

    def as_dict(self) -> dict[str, Any]:
        return {"kind": self.use.model._meta.label_lower, "label": self.label, "count": self.number}


class InUse(Refused):
    """The record is needed elsewhere (HTTP 409); ``data["uses"]`` says where."""

    code = "in_use"

    def __init__(self, record: models.Model, found: Iterable[Found]) -> None:
        uses = [item.as_dict() for item in found]
        text = ", ".join(f"{item['label']}: {item['count']}" for item in uses)
        detail = _("“%(name)s” is in use (%(uses)s). Switch it off instead of deleting it.")
        super().__init__(detail % {"name": record, "uses": text}, data={"uses": uses})


_declared: dict[type[models.Model], list[Use]] = defaultdict(list)
_parts: set[tuple[type[models.Model], str]] = set()
_open_states: list[Callable[[type[models.Model]], Iterable[str]]] = []


def register_use(master: type[models.Model], use: Use) -> None:
    """A use that no key tells by itself; it stands in for the automatic one of the same rows and path."""
    _declared[master].append(use)


def register_part(model: type[models.Model], *names: str) -> None:
    """Keys of ``model`` whose target it belongs to: it goes with the target instead of needing it."""
    _parts.update((model, name) for name in names)


def use_open_states(function: Callable[[type[models.Model]], Iterable[str]]) -> None:
    """Called once by the app that keeps lifecycles: states of documents that need their masters."""
    _open_states[:] = [function]


def uses_of(master: type[models.Model], ids: Iterable[int]) -> dict[int, list[Found]]:
    """{id: what uses this record}; one query for each place where uses may be, however many records."""
    wanted = list(ids)
    found: dict[int, list[Found]] = defaultdict(list)
    for use in _uses(master):
        rows = use.model._base_manager.filter(use.where, **{f"{use.path}__in": wanted}).order_by()
        counted = rows.values_list(use.path).annotate(n=Count(use.count, distinct=True))
        for pk, number in counted:
            _put(found[pk], Found(use, number))
    return found


def _put(known: list[Found], new: Found) -> None:
    """Two keys of the same kind of record (a unit of stock, of sale) are one entry, the larger."""
    for index, item in enumerate(known):
        if item.label == new.label:
            known[index] = max(item, new, key=lambda one: one.number)
            return
    known.append(new)


def unused_or_refuse(record: models.Model) -> None:
    """Raises InUse when something needs the record."""
    found = uses_of(type(record), [record.pk])
    if found:
        raise InUse(record, found[record.pk])


@cache
def _uses(master: type[models.Model]) -> tuple[Use, ...]:
    load_modules("uses")
    declared = _declared[master]
    own = {(use.model, use.path) for use in declared}
    automatic = [
        use
        for model in business_models()
        for use in _of_model(model, master)
        if (use.model, use.path) not in own
    ]
    return (*automatic, *declared)


def _of_model(model: type[models.Model], master: type[models.Model]) -> list[Use]:
    """The uses that the keys of ``model`` tell."""
    found = []
    for key in (*model._meta.concrete_fields, *model._meta.many_to_many):
        if key.related_model is not master or (model, key.name) in _parts:
            continue
        if not key.many_to_many and key.remote_field.on_delete is not models.PROTECT:
            continue
        use = _of_line(model, key) if kind_name(model) == "line" else _of_record(model, key.name)
        if use is not None:
            found.append(use)
    return found


def _of_record(model: type[models.Model], path: str, before: str = "") -> Use | None:
    """Uses by a record itself (``before`` empty) or by the record that a line belongs to."""
    kind = kind_name(model)
    if kind == "document":
        states = _open_states[0](model) if _open_states else ("draft",)
        return Use(model, path, where=Q(**{f"{before}status__in": tuple(states)}))
    if kind == "master" and has_bin(model):
        return Use(model, path, where=Q(**{f"{before}deleted_at": None}))
    return Use(model, path) if kind in ("master", "setting") else None


def _of_line(model: type[models.Model], key: Any) -> Use | None:
    """A line counts as its document or master: ten lines of one order are one order."""
    above = parent_key(model)
    parent = above and _of_record(above.related_model, key.name, f"{above.name}__")
    if parent is None:
        return None
    label = above.related_model._meta.verbose_name_plural
    return Use(model, key.name, label, where=parent.where, count=above.attname)
