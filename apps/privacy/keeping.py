"""How long books keep a name.

Companies Act 2013 s.128(5): eight financial years; CGST Act 2017 s.36: 72 months from the due date of the
annual return of the year, which is 31 December after it (s.44, rule 80).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Any

from django.db.models import Count, Max, Q

from apps.core.india.fiscal import fiscal_year
from apps.documents.lifecycle import lifecycles
from apps.privacy.people import Person


@dataclass(frozen=True)
class Kept:
    """Documents of one kind that name the person, the newest one's day, and until when they are kept."""

    title: str
    count: int
    drafts: int
    newest: date | None
    until: date | None


def kept_until(day: date) -> date:
    """The last day on which a document of this day must be there.

    >>> kept_until(date(2026, 5, 1))
    datetime.date(2035, 3, 31)
    """
    end = fiscal_year(day).end
    companies = date(end.year + 8, end.month, end.day if (end.month, end.day) != (2, 29) else 28)
    gst = date(end.year + 6, 12, 31)
    return max(companies, gst)


def documents_kept(person: Person) -> list[Kept]:
    """Documents that were made out to the person."""
    found = []
    for model, lifecycle in lifecycles().items():
        if not _of_subject(model, person):
            continue
        rows: Any = model._base_manager.filter(party_id=person.record.pk)
        editable = [state.value for state in lifecycle.states if state.editable]
        is_draft = Q(status__in=editable)
        told = rows.aggregate(
            count=Count("pk", filter=~is_draft),
            drafts=Count("pk", filter=is_draft),
            newest=Max("date", filter=~is_draft),
        )
        if told["count"] or told["drafts"]:
            until = kept_until(told["newest"]) if told["newest"] else None
            found.append(Kept(title=str(model._meta.verbose_name_plural), until=until, **told))
    return found


def _of_subject(model: Any, person: Person) -> bool:
    names = {field.name: field for field in model._meta.concrete_fields}
    return "party" in names and names["party"].related_model is type(person.record)
