"""Finding a person among the kinds of record that are people, and what is known of him."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext as _

from apps.core.errors import NotFound
from apps.core.keys import key_read
from apps.core.personal import Holding, Subject, holdings, subjects
from apps.core.sweeping import Patterns, pattern_of, phone_pattern

LIMIT = 25
LEAST_NAME = 8
"""A name of one word that is shorter is not looked for in texts: others are called so too."""


@dataclass(frozen=True)
class Person:
    """A person's record with the declaration of its kind."""

    subject: Subject
    record: Any

    @property
    def key(self) -> str:
        return f"{self.subject.kind}:{self.record.pk}"

    def is_named(self, typed: str) -> bool:
        """Whether somebody typed the person's name, spaces aside: erasing asks for it."""
        return " ".join(typed.split()) == " ".join(str(self.record).split())

    def values(self, columns: tuple[str, ...]) -> list[str]:
        """What these columns hold now and held before, without doubles."""
        found = [getattr(self.record, name) for name in columns]
        past = getattr(type(self.record), "history", None)
        if past is not None and columns:
            rows = past.filter(**{self.record._meta.pk.name: self.record.pk}).values_list(*columns)
            found += [value for row in rows for value in row]
        return list(dict.fromkeys(value for value in found if value))


def model_of(kind: str) -> type[models.Model]:
    return apps.get_model(kind)


def born_at(subject: Subject, record: Any) -> datetime:
    """When the person's record was made (or the record that it hangs on): with its number it names exactly
    this record in every copy of the organisation."""
    own = getattr(record, "created_at", None)
    return own if own is not None else getattr(record, subject.through).created_at


def people_visible(subject: Subject, user: Any) -> Any:
    """The people of a kind that this user may see."""
    model: Any = model_of(subject.kind)
    if subject.through:
        parent = model._meta.get_field(subject.through).related_model
        visible = parent.objects.for_user(user).values("pk")
        return model._base_manager.filter(subject.only, **{f"{subject.through}__in": visible})
    rows = subject.visible(user) if subject.visible else model.objects.for_user(user)
    return rows.filter(subject.only)


def people_find(text: str, user: Any) -> list[Person]:
    """People whose name, address or number holds the text; at most 25 of each kind."""
    text = text.strip()
    if len(text) < 2:
        return []
    found = []
    for subject in subjects().values():
        columns = (*subject.names, *subject.emails, *subject.phones, *subject.numbers)
        condition = reduce(or_, (Q(**{f"{name}__icontains": text}) for name in columns))
        rows = people_visible(subject, user).filter(condition).order_by("pk")[:LIMIT]
        found += [Person(subject, row) for row in rows]
    return found


def person_get(key: str, user: Any) -> Person:
    """The person ``<kind>:<id>``. Raises NotFound for what isn't a person or may not be seen."""
    kind, _colon, number = key.partition(":")
    subject = subjects().get(kind)
    if subject is None:
        raise NotFound(_("Not found."))
    record = people_visible(subject, user).filter(pk=key_read(number)).first()
    if record is None:
        raise NotFound(_("Not found."))
    return Person(subject, record)


def rows_of(holding: Holding, pk: int) -> Any:
    """The rows of one declaration about one person."""
    return model_of(holding.model)._base_manager.filter(**holding.rows(pk))


def columns_of(holding: Holding) -> list[str]:
    """Columns of a declaration, the person's first, then what stands beside them (no passwords, no seals)."""
    model = model_of(holding.model)
    texts = {*holding.fields}
    others = [
        field.attname
        for field in model._meta.concrete_fields
        if field.name not in texts
        and field.name not in holding.impersonal
        and not field.get_internal_type().startswith(("Secret", "Binary"))
    ]
    return [*holding.fields, *others]


@dataclass(frozen=True)
class Traces:
    """patterns: what is looked for in texts; shared: names or addresses that others have too, which are
    taken out of the person's own records only."""

    patterns: Patterns
    shared: tuple[str, ...]


def traces_of(person: Person, *, pseudonym: str, email: str) -> Traces:
    """What names this person and nobody else."""
    subject, wanted, shared = person.subject, [], []
    names = set(person.values(subject.names))
    for columns, put, make in (
        (subject.emails, email, pattern_of),
        (subject.numbers, "[erased]", pattern_of),
        (subject.names, pseudonym, pattern_of),
        (subject.phones, "[erased]", phone_pattern),
    ):
        for value in sorted(person.values(columns), key=len, reverse=True):
            short = value in names and " " not in value.strip() and len(value.strip()) < LEAST_NAME
            if short or _of_others(person, value):
                shared.append(value)
            elif pattern := make(value):
                wanted.append((pattern, put))
    return Traces(tuple(dict.fromkeys(wanted)), tuple(dict.fromkeys(shared)))


def _of_others(person: Person, value: str) -> bool:
    """Whether another person's record, or a company's, has the same value."""
    for subject in subjects().values():
        columns = (*subject.names, *subject.emails, *subject.phones, *subject.numbers)
        condition = reduce(or_, (Q(**{f"{name}__iexact": value}) for name in columns))
        rows = model_of(subject.kind)._base_manager.filter(condition)
        for holding in declared_about(person):
            if holding.model == subject.kind:  # himself, and himself again as his own contact
                rows = rows.exclude(**holding.rows(person.record.pk))
        if rows.exists():
            return True
    return False


def declared_about(person: Person) -> list[Holding]:
    return holdings(person.subject.kind)
