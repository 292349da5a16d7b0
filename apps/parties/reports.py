"""The report of the party book: which parties may be one."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.core.admin.menu import register_page
from apps.core.scope import kind_of
from apps.datatools.reports import Answer, Column, Record, Report, Row, register_report
from apps.parties.duplicates import duplicate_pairs
from apps.parties.models import Party


def possible_duplicates_report(values: dict[str, Any], user: Any) -> Answer:
    """Pairs of parties in the reader's reach with what agrees, likeliest first."""
    kind = kind_of(Party)
    rows = [
        Row(
            {"first": str(party), "second": str(item.party), "score": item.score, "fields": item.said},
            links={"first": Record(kind, party.pk), "second": Record(kind, item.party.pk)},
        )
        for party, item in duplicate_pairs(user)
    ]
    columns = [
        Column("first", _("Party"), weight=2),
        Column("second", _("May be the same as"), weight=2),
        Column("score", _("Likeness, %"), "integer"),
        Column("fields", _("What agrees"), weight=2),
    ]
    return Answer(columns, rows)


REPORT = register_report(
    Report(
        "parties",
        "possible-duplicates",
        gettext_lazy("Possible duplicates"),
        ("parties.view_party",),
        (),
        possible_duplicates_report,
        icon="content_copy",
        slow=True,
    )
)
register_page("parties", REPORT.url_name, REPORT.title, icon=REPORT.icon, permission="parties.view_party")
