"""Numbers of journal entries: one counter row per journal and fiscal year, taken last, without gaps."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.ledger.posting import Posting
from apps.accounting.models import Journal, JournalCounter
from apps.core.database.prepared import prepared_rows
from apps.core.errors import InvalidInput

_TAKE = """
WITH wanted AS (
    SELECT * FROM unnest(%s::bigint[], %s::text[], %s::bigint[], %s::int[]) AS w(company_id, code, year_id, n)
), held AS (
    SELECT c.id, w.n, w.company_id, w.code, w.year_id, j.prefix, y.start, y."end"
      FROM wanted w
      JOIN accounting_journal j ON j.company_id = w.company_id AND j.code = w.code
      JOIN company_fiscalyear y ON y.id = w.year_id
      JOIN accounting_journalcounter c ON c.journal_id = j.id AND c.fiscal_year_id = w.year_id
     ORDER BY c.id
       FOR UPDATE OF c
)
UPDATE accounting_journalcounter c SET next_number = c.next_number + held.n
  FROM held WHERE c.id = held.id
RETURNING held.company_id, held.code, held.year_id, c.journal_id, held.prefix, held.start, held."end",
          c.next_number - held.n
"""


@dataclass(frozen=True, slots=True)
class Numbered:
    journal_id: int
    sequence: int
    text: str


def numbers_take(postings: Sequence[Posting], years: Sequence[int]) -> list[Numbered]:
    """The next numbers of the postings' journals; the counter rows stay locked until commit.

    Raises InvalidInput for an unknown journal.
    """
    keys = [(p.company.pk, p.journal, year) for p, year in zip(postings, years, strict=True)]
    wanted = Counter(keys)
    found = _take(wanted)
    missing = [key for key in wanted if key not in found]
    if missing:
        _counters_create(missing)
        found |= _take(Counter({key: wanted[key] for key in missing}))
    result = []
    for key in keys:
        journal_id, prefix, label, sequence = found[key]
        found[key] = (journal_id, prefix, label, sequence + 1)
        result.append(Numbered(journal_id, sequence, f"{prefix}/{label}/{sequence:06d}"))
    return result


def _take(wanted: Counter[Any]) -> dict[Any, tuple[int, str, str, int]]:
    columns = [[key[0] for key in wanted], [key[1] for key in wanted], [key[2] for key in wanted]]
    rows = prepared_rows(_TAKE, [*columns, list(wanted.values())])
    return {
        (company, code, year): (journal, prefix, f"{start:%y}-{end:%y}", number)
        for company, code, year, journal, prefix, start, end, number in rows
    }


def _counters_create(missing: list[Any]) -> None:
    """First posting of a journal in a year; safe when two do it at once."""
    companies = {company for company, _code, _year in missing}
    journals = {
        (row.company_id, row.code): row.pk for row in Journal.objects.filter(company_id__in=companies)
    }
    for company, code, _year in missing:
        if (company, code) not in journals:
            raise InvalidInput(
                _("There is no journal “%(code)s”.") % {"code": code}, field="journal", code="not_found"
            )
    JournalCounter.objects.bulk_create(
        [
            JournalCounter(journal_id=journals[company, code], fiscal_year_id=year)
            for company, code, year in sorted(missing)
        ],
        ignore_conflicts=True,
    )
