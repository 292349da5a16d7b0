"""Sections of the portal: apps of records register theirs in ``customer_portal.py``, pages and API follow.

One declaration says what a list shows, what stands on a record's page, which acts the customer has. ``Cell``s
read values: the page formats them for people, the API gives them raw.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db import models
from django.utils.translation import gettext_lazy

from apps.core.registry import load_modules
from apps.customer_portal.choices import Side
from apps.documents.lifecycle import lifecycle_of


@dataclass(frozen=True)
class Cell:
    """One value of a record. ``read``: a path of attributes or a function of the record. ``kind``: text, day,
    money (in the record's currency), quantity, percent or number; ``strong``: first on a phone."""

    name: str
    title: Any
    read: str | Callable[[Any], Any]
    kind: str = "text"
    strong: bool = False

    def value(self, record: Any) -> Any:
        """The raw value; None where the path ends early."""
        if callable(self.read):
            return self.read(record)
        for part in self.read.split("."):
            record = getattr(record, part, None)
            if record is None:
                return None
        return record


@dataclass(frozen=True)
class State:
    """How a record stands, as its customer reads it: value, label and tone of the badge."""

    value: str
    label: Any
    tone: str = "neutral"


def lifecycle_state(record: Any) -> State:
    """As the record's own life says it."""
    state = lifecycle_of(type(record)).state(record.status)
    return State(record.status, state.label, state.tone)


# Cells that many sections share; ``title`` says what a company is to the reader.
DATE = Cell("date", gettext_lazy("Date"), "date", "day")
TOTAL = Cell("grand_total", gettext_lazy("Total"), "grand_total", "money", strong=True)


def company_cell(title: Any) -> Cell:
    """The company of ours that a document is of."""
    return Cell("company", title, "company.trade_name")


FROM = company_cell(gettext_lazy("From"))


@dataclass(frozen=True)
class Answer:
    """What came with an act: comment, name, drawn signature (PNG) and ids of what was chosen and of what was
    ticked besides (``options``, None: nobody was asked), where the act asks for them."""

    text: str = ""
    name: str = ""
    signature: bytes | None = None
    chosen: tuple[int, ...] = ()
    options: tuple[int, ...] | None = None


@dataclass(frozen=True)
class Act:
    """What a customer may do with a record. ``run(record, user, answer)`` runs in a unit of work; ``shown``:
    whether the record takes it just now; ``needs_text``: why not, in his words."""

    name: str
    title: Any
    permission: str
    run: Callable[[Any, Any, Answer], None]
    shown: Callable[[Any], bool]
    done: Any
    style: str = ""
    needs_text: bool = False
    signed: bool = False


@dataclass(frozen=True)
class Filter:
    """A named part of a list. ``attention``: counted on the home page while there is something in it."""

    name: str
    title: Any
    apply: Callable[[Any], Any]
    attention: bool = False
    tone: str = "info"


@dataclass(frozen=True)
class Section:
    """``key`` is in addresses, ``feature`` (its switch) is the same unless said. ``lines(record)`` gives the
    rows of the record's table, ``sums`` its totals [(label, amount)], ``texts`` paragraphs [(title, text)],
    ``choices`` what an answer chooses among [(title, [(id, label, chosen now)])], ``options`` what it may
    take besides [(id, label, taken now)], ``tried(record, answer)`` works the totals out with both, unsaved,
    ``related`` records of other sections [(key of the section, record)], ``steps`` how far it is
    [(label, detail, done)]. ``announced``: transitions of which its people are told."""

    key: str
    title: Any
    one: Any
    model: type[models.Model]
    columns: tuple[Cell, ...]
    state: Callable[[Any], State] = lifecycle_state
    side: str = Side.CUSTOMER
    feature: str = ""
    facts: tuple[Cell, ...] = ()
    lines: Callable[[Any], Iterable[Any]] | None = None
    line_cells: tuple[Cell, ...] = ()
    sums: Callable[[Any], list[tuple[Any, Any]]] | None = None
    texts: Callable[[Any], list[tuple[Any, str]]] | None = None
    choices: Callable[[Any], list[tuple[str, list[tuple[int, str, bool]]]]] | None = None
    options: Callable[[Any], list[tuple[int, str, bool]]] | None = None
    tried: Callable[[Any, Answer], None] | None = None
    related: Callable[[Any, Any], list[tuple[str, Any]]] | None = None
    steps: Callable[[Any], list[tuple[Any, str, bool]]] | None = None
    filters: tuple[Filter, ...] = ()
    acts: tuple[Act, ...] = ()
    trail: tuple[str, ...] = ()
    announced: tuple[str, ...] = ()
    select: tuple[str, ...] = ("company", "currency")
    icon: str = "file"
    order: int = 100

    @property
    def permission(self) -> str:
        meta = self.model._meta
        return f"{meta.app_label}.view_{meta.model_name}"

    @property
    def switch(self) -> str:
        return self.feature or self.key

    def part(self, name: str) -> Filter | None:
        """The part of the list of this name."""
        return next((item for item in self.filters if item.name == name), None)

    def rows(self, user: Any) -> Any:
        """The records of this person's party that he may see: the only start of every read of the portal."""
        return self.model._default_manager.for_user(user).select_related(*self.select)  # type: ignore[attr-defined]  # every business model has the scoped manager


@dataclass(frozen=True)
class Account:
    """What accounting knows of a party, for those who see all of their firm. ``balances(party)`` →
    [(currency code, amount)] that the party owes (+); ``companies(party)`` → ours that deal with it;
    ``statement(party=, company=, start=, end=)`` and ``pdf(statement)``, its print."""

    permission: str
    balances: Callable[[Any], list[tuple[str, Any]]]
    companies: Callable[[Any], list[Any]]
    statement: Callable[..., Any]
    pdf: Callable[..., bytes]


_sections: dict[str, Section] = {}
_account: list[Account] = []


def register_section(section: Section) -> None:
    """Called in ``customer_portal.py`` of the app that keeps the records."""
    if section.key in _sections:
        raise RuntimeError(f"two sections {section.key}")
    _sections[section.key] = section


def register_account(account: Account) -> None:
    """Called once by ``accounting``."""
    _account[:] = [account]


@cache
def sections() -> tuple[Section, ...]:
    """All sections, in the order of the menu."""
    load_modules("customer_portal")
    return tuple(sorted(_sections.values(), key=lambda item: item.order))


def section_of(model: type[models.Model]) -> Section | None:
    return next((item for item in sections() if item.model is model), None)


def account() -> Account | None:
    sections()
    return _account[0] if _account else None
