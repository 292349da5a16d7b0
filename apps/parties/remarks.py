"""What is said after a party was saved."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from apps.core.remarks import register_remarks
from apps.parties.duplicates import possible_duplicates
from apps.parties.models import Party


def look_alike_texts(party: Party, user: Any) -> list[str]:
    """The likeliest three that may be the same party."""
    text = _("“%(party)s” may be the same party: %(score)s %% (%(fields)s).")
    return [
        text % {"party": item.party, "score": item.score, "fields": item.said}
        for item in possible_duplicates(party, user=user, limit=3)
    ]


register_remarks(Party, look_alike_texts)
