"""Which columns hold personal data of whom, and what becomes of them: declared in each app's ``personal.py``.

Access and erasure (``privacy``) walk these declarations; a new column with text in a declared table, or one
that looks personal anywhere, has to be declared too (``tests/conformance/test_personal_data.py``)::

    register_subject(Subject("accounts.user", _("User"), names=("name",), emails=("email",)))
    register_holding(Holding("accounts.user", "accounts.user", "pk", {"name": NAME, "email": EMAIL}))

Sources: Digital Personal Data Protection Act 2023, s.11 (access), s.12 (correction and erasure), s.8(7)
(erasure when the purpose is served, unless a law asks for keeping).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import Q

from apps.core.registry import business_models, kind_name, load_modules

NAME, EMAIL, BLANK, EMPTY, SWEPT = "name", "email", "blank", "empty", "swept"
"""What erasure does: the pseudonym, an address that leads nowhere, nothing, an empty list or table, or only
what names the person in a text."""


@dataclass(frozen=True)
class Subject:
    """A kind of record that is a person. names, emails, phones and numbers: columns by which he is known;
    ``only``: which records are people; ``switch``: columns that erasure sets besides."""

    kind: str
    title: Any
    names: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    phones: tuple[str, ...] = ()
    numbers: tuple[str, ...] = ()
    only: Q = field(default_factory=Q)
    switch: Callable[[], Mapping[str, Any]] = dict
    through: str = ""  # the record that decides who may see it
    visible: Callable[[Any], Any] | None = None  # whom a user may see; None: the scoped queryset


@dataclass(frozen=True)
class Holding:
    """Rows about a person. ``path``: lookup from a row to the person's id, or ``target`` for rows that name
    their record by ``target_kind`` and ``target_id``; ``removed``: erasure removes the rows."""

    model: str
    subject: str
    path: str
    fields: Mapping[str, str] = field(default_factory=dict)
    impersonal: tuple[str, ...] = ()
    removed: bool = False

    def rows(self, pk: int) -> dict[str, Any]:
        """Conditions for the rows about one person."""
        if self.path == "target":
            return {"target_kind": self.subject, "target_id": pk}
        return {self.path: pk}


@dataclass(frozen=True)
class Books:
    """Apps whose records a law wants kept as they are, with the names in them."""

    apps: tuple[str, ...]
    why: Any


@dataclass(frozen=True)
class Erasure:
    """One erasure that is being done. patterns: (regular expression of PostgreSQL, what takes its place);
    removed: {kind: ids} of rows about the person that go with their history, those gone before too."""

    request_id: int
    subject: str
    pk: int
    pseudonym: str
    email: str
    patterns: tuple[tuple[str, str], ...] = ()
    by: str = ""
    removed: Mapping[str, frozenset[int]] = field(default_factory=dict)


_subjects: dict[str, Subject] = {}
_holdings: list[Holding] = []
_books: list[Books] = []
_guards: list[tuple[str, Callable[[int], list[str]]]] = []
_trails: list[Callable[[Erasure], int]] = []


def register_subject(subject: Subject) -> None:
    """Say who is a person; in the ``personal.py`` of an app."""
    _subjects[subject.kind] = subject


def register_holding(*holdings: Holding) -> None:
    """Say where data of a person lies and what an erasure makes of it."""
    _holdings.extend(item for item in holdings if item not in _holdings)


def register_books(books: Books) -> None:
    """What stays as it is, because a law says so."""
    if books not in _books:
        _books.append(books)


def register_erasure_guard(subject: str, function: Callable[[int], list[str]]) -> None:
    """``function(id)`` gives the reasons, as sentences, why a person of this kind can't be erased yet."""
    if (subject, function) not in _guards:
        _guards.append((subject, function))


def register_trail(function: Callable[[Erasure], int]) -> None:
    """``function(erasure)`` erases a person from a table that nobody may change otherwise (the audit trail)
    and returns how many rows it changed."""
    _trails[:] = [function]


def _load() -> None:
    load_modules("personal")


def subjects() -> dict[str, Subject]:
    """{kind of record: what is said of it} of all who are persons."""
    _load()
    return dict(_subjects)


def holdings(subject: str = "") -> list[Holding]:
    """All declarations, or those about one kind of person."""
    _load()
    return [item for item in _holdings if subject in ("", item.subject)]


def books() -> list[Books]:
    """Books that keep a name after its person was erased."""
    _load()
    return list(_books)


def erasure_hindrances(subject: str, pk: int) -> list[str]:
    """Why this person can't be erased yet; empty when nothing stands against it."""
    _load()
    return [reason for kind, function in _guards if kind == subject for reason in function(pk)]


def trails() -> list[Callable[[Erasure], int]]:
    """What takes an erased person out of append-only trails; each gives how many entries it changed."""
    _load()
    return list(_trails)


def book_kinds() -> list[str]:
    """Kinds of records that stay with the names in them, because a law says so."""
    labels = {label for item in books() for label in item.apps}
    return sorted(
        model._meta.label_lower
        for model in business_models()
        if model._meta.app_label in labels or kind_name(model) == "ledger"
    )
