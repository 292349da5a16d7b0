"""Entries of an opening: its parts, those that stand, and under which purpose one is posted again."""

from __future__ import annotations

from django.db.models import QuerySet

from apps.accounting.models import JournalEntry

TRIAL_BALANCE, OPEN_DOCUMENTS = "opening_trial_balance", "opening_items"


def openings_live(purpose: str) -> QuerySet[JournalEntry]:
    """Entries of this part of an opening that nobody reversed, whichever time they were posted."""
    return JournalEntry.objects.filter(purpose__startswith=purpose, reversed_by=None)


def purpose_again(source: tuple[str, int], purpose: str) -> str:
    """The purpose under which a source posts: what was reversed keeps its own, the next time has another."""
    rows = JournalEntry.objects.filter(
        source_kind=source[0], source_id=source[1], purpose__startswith=purpose, reversed_by__isnull=False
    )
    times = rows.count()
    return f"{purpose}:{times + 1}" if times else purpose
