"""The hash chain: one for each journal and fiscal year, linked by a sealer after commit, verified by anyone.

Entries of one chain commit in the order of their numbers, since the counter row is locked until commit; so
the sealer just follows the numbers and no chain head is a hot lock for those who post.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import groupby
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.accounting.ledger.posting import entry_hash
from apps.accounting.models import JournalCounter, JournalEntry, JournalLine, JournalSeal
from apps.core.locks import advisory_try
from apps.core.money import ZERO

BATCH = 2000
LATE = timedelta(minutes=5)

_UNSEALED = """
SELECT e.id, e.company_id, e.journal_id, e.fiscal_year_id, e.sequence, e.content_hash, s.chain_hash
  FROM accounting_journalcounter c
  LEFT JOIN LATERAL (
      SELECT sequence, chain_hash FROM accounting_journalseal
       WHERE journal_id = c.journal_id AND fiscal_year_id = c.fiscal_year_id
       ORDER BY sequence DESC LIMIT 1) s ON true
  JOIN accounting_journalentry e
    ON e.journal_id = c.journal_id AND e.fiscal_year_id = c.fiscal_year_id
   AND e.sequence > coalesce(s.sequence, 0)
 WHERE c.next_number > coalesce(s.sequence, 0) + 1
 ORDER BY c.id, e.sequence LIMIT %s
"""


def genesis(journal_id: int, year_id: int) -> str:
    """What the first link of a chain is linked to."""
    return hashlib.sha256(f"bahi:{journal_id}:{year_id}".encode()).hexdigest()


def link_hash(seal: JournalSeal, content_hash: str) -> str:
    """Hash of a link over the one before, the entry and the time of sealing."""
    at = seal.sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    parts = (seal.previous_hash, seal.company_id, seal.entry_id, seal.sequence, content_hash, at)
    return hashlib.sha256(":".join(map(str, parts)).encode()).hexdigest()


def chain_seal(limit: int = BATCH) -> int:
    """Link committed entries that aren't yet; returns how many. One sealer at a time per organisation."""
    if not advisory_try("accounting.seal"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_UNSEALED, [limit])
        rows = cursor.fetchall()
    now, seals = timezone.now(), []
    for (journal_id, year_id), chain in groupby(rows, key=lambda row: (row[2], row[3])):
        previous = ""
        for entry_id, company_id, _journal, _year, sequence, content_hash, head in chain:
            seal = JournalSeal(
                company_id=company_id,
                journal_id=journal_id,
                fiscal_year_id=year_id,
                sequence=sequence,
                entry_id=entry_id,
                previous_hash=previous or head or genesis(journal_id, year_id),
                sealed_at=now,
            )
            seal.chain_hash = previous = link_hash(seal, content_hash)
            seals.append(seal)
    JournalSeal.objects.bulk_create(seals)
    return len(seals)


@dataclass(frozen=True, slots=True)
class Problem:
    """Something in the ledger that isn't as it was written. ``what`` is a code, ``number`` the entry's."""

    what: str
    number: str
    detail: str
    entry_id: int | None = None
    company_id: int | None = None


@dataclass
class Verification:
    entries: int = 0
    seals: int = 0
    unsealed: int = 0
    problems: list[Problem] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.problems

    @property
    def first(self) -> Problem | None:
        """The first broken row."""
        return self.problems[0] if self.problems else None


@dataclass(frozen=True)
class _Chain:
    company_id: int
    journal_id: int
    year_id: int
    last: int  # the last number that the counter gave away


def ledger_verify(
    company_id: int | None = None,
    *,
    fiscal_year_id: int | None = None,
    heads: list[dict[str, Any]] | None = None,
    limit: int = 10_000,
    progress: Callable[[int], None] | None = None,
) -> Verification:
    """Work out every hash again and compare; also gaps, sums, strays. ``heads``: an earlier ``ledger_heads``.

    Runs in one snapshot when the caller's transaction is REPEATABLE READ; stops after ``limit`` problems.
    ``progress`` hears now and then how many entries were seen.
    """
    result = Verification()
    known = {(h["journal_id"], h["fiscal_year_id"]): h for h in heads or []}
    for chain in _chains(company_id):
        if fiscal_year_id not in (None, chain.year_id):
            continue
        _verify_chain(chain, known.pop((chain.journal_id, chain.year_id), None), result, progress)
        if len(result.problems) >= limit:
            return result
    for head in known.values():
        if company_id in (None, head["company_id"]):
            result.problems.append(
                Problem("chain_gone", "", f"journal {head['journal_id']} of year {head['fiscal_year_id']}")
            )
    result.problems.extend(_strays())
    return result


def _chains(company_id: int | None) -> list[_Chain]:
    """Every chain there is, by its counter or by entries whose counter is gone."""
    counters = {
        (c.journal_id, c.fiscal_year_id): c.next_number - 1 for c in JournalCounter.objects.order_by("pk")
    }
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT company_id, journal_id, fiscal_year_id FROM accounting_journalentry "
            "UNION SELECT j.company_id, c.journal_id, c.fiscal_year_id FROM accounting_journalcounter c "
            "JOIN accounting_journal j ON j.id = c.journal_id ORDER BY 1, 3, 2"
        )
        found = cursor.fetchall()
    return [
        _Chain(company, journal, year, counters.get((journal, year), 0))
        for company, journal, year in found
        if company_id in (None, company)
    ]


@dataclass
class _Walk:
    """Where the verification of one chain stands."""

    chain: _Chain
    head: dict[str, Any] | None
    result: Verification
    previous: str
    expected: int = 1
    waiting: list[JournalEntry] = field(default_factory=list)  # entries without a link, so far at the end

    def problem(self, what: str, detail: str, entry: JournalEntry | None = None) -> None:
        number, pk = (entry.number, entry.pk) if entry else ("", None)
        self.result.problems.append(Problem(what, number, detail, pk, self.chain.company_id))

    def step(self, entry: JournalEntry, lines: list[JournalLine], seal: JournalSeal | None) -> None:
        self.result.entries += 1
        for what, detail in _entry_problems(entry, lines):
            self.problem(what, detail, entry)
        if entry.sequence != self.expected:
            self.problem("gap", f"numbers {self.expected} to {entry.sequence - 1} are missing", entry)
        self.expected = entry.sequence + 1
        if seal is None:
            self.waiting.append(entry)
        else:
            self._link(entry, lines, seal)
        exported = self.head["hash"] if self.head and self.head["sequence"] == entry.sequence else None
        if exported and (seal is None or exported != seal.chain_hash):
            self.problem("head", "the chain isn't the one that was exported", entry)

    def _link(self, entry: JournalEntry, lines: list[JournalLine], seal: JournalSeal) -> None:
        self.result.seals += 1
        for lost in self.waiting:
            self.problem("link_gone", "the entry's link is missing", lost)
        self.waiting = []
        if seal.previous_hash != self.previous:
            self.problem("chain", "the link doesn't follow the one before it", entry)
        if seal.chain_hash != link_hash(seal, entry_hash(entry, lines)):
            self.problem("seal", "the link's hash isn't that of its entry", entry)
        self.previous = seal.chain_hash

    def end(self) -> None:
        self.result.unsealed += len(self.waiting)
        for entry in self.waiting:
            if timezone.now() - entry.recorded_at > LATE:
                self.problem("unsealed", "the entry was never linked into its chain", entry)
        last = max(self.chain.last, self.head["sequence"] if self.head else 0)
        if self.expected <= last:
            self.problem("end_gone", f"entries from {self.expected} on are missing")
        if self.expected - 1 > self.chain.last:
            self.problem("counter", f"the counter stands before {self.expected - 1}")


def _verify_chain(
    chain: _Chain,
    head: dict[str, Any] | None,
    result: Verification,
    progress: Callable[[int], None] | None = None,
) -> None:
    walk = _Walk(chain, head, result, genesis(chain.journal_id, chain.year_id))
    for entry, lines, seal in _entries(chain):
        walk.step(entry, lines, seal)
        if progress is not None and result.entries % BATCH == 0:
            progress(result.entries)
    walk.end()


def _entry_problems(entry: JournalEntry, lines: list[JournalLine]) -> Iterator[tuple[str, str]]:
    if entry.content_hash != entry_hash(entry, lines):
        yield "content", "the entry or its lines were altered"
    if len(lines) != entry.line_count:
        yield "lines", f"{len(lines)} lines instead of {entry.line_count}"
    if sum((line.base_amount for line in lines), ZERO):
        yield "unbalanced", "debit and credit differ"


def _entries(chain: _Chain) -> Iterator[tuple[JournalEntry, list[JournalLine], JournalSeal | None]]:
    """Entries of a chain in order with their lines and seals, in batches."""
    after = -1
    rows = JournalEntry.objects.filter(
        journal=chain.journal_id, fiscal_year=chain.year_id, company=chain.company_id
    )
    while True:
        entries = list(rows.filter(sequence__gt=after).order_by("sequence")[:BATCH])
        if not entries:
            return
        ids = [entry.pk for entry in entries]
        lines: dict[int, list[JournalLine]] = {pk: [] for pk in ids}
        for line in JournalLine.objects.filter(entry__in=ids).order_by("entry_id", "position", "id"):
            lines[line.entry_id].append(line)
        seals = {
            seal.entry_id: seal
            for seal in JournalSeal.objects.filter(
                entry__in=ids, journal=chain.journal_id, fiscal_year=chain.year_id
            )
        }
        for entry in entries:
            yield entry, lines[entry.pk], seals.get(entry.pk)
        after = entries[-1].sequence


_STRAYS = (
    (
        "stray_line",
        "SELECT l.id, l.entry_id FROM accounting_journalline l LEFT JOIN accounting_journalentry e "
        "ON e.id = l.entry_id WHERE e.id IS NULL ORDER BY 1 LIMIT 100",
        "line {} belongs to entry {}, which doesn't exist",
    ),
    (
        "stray_seal",
        "SELECT s.id, s.entry_id FROM accounting_journalseal s LEFT JOIN accounting_journalentry e "
        "ON e.id = s.entry_id AND e.journal_id = s.journal_id AND e.fiscal_year_id = s.fiscal_year_id "
        "AND e.sequence = s.sequence WHERE e.id IS NULL ORDER BY 1 LIMIT 100",
        "link {} belongs to entry {}, which doesn't exist there",
    ),
)


def _strays() -> list[Problem]:
    problems = []
    with connection.cursor() as cursor:
        for what, query, text in _STRAYS:
            cursor.execute(query)
            problems += [Problem(what, "", text.format(*row)) for row in cursor.fetchall()]
    return problems


def ledger_heads() -> list[dict[str, Any]]:
    """The last link of every chain, to be kept outside the database, out of an intruder's reach."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT ON (journal_id, fiscal_year_id) "
            "company_id, journal_id, fiscal_year_id, sequence, chain_hash, sealed_at "
            "FROM accounting_journalseal "
            "ORDER BY journal_id, fiscal_year_id, sequence DESC"
        )
        return [
            {
                "company_id": company,
                "journal_id": journal,
                "fiscal_year_id": year,
                "sequence": sequence,
                "hash": chain_hash,
                "sealed_at": _iso(at),
            }
            for company, journal, year, sequence, chain_hash, at in cursor.fetchall()
        ]


def _iso(at: datetime) -> str:
    return at.astimezone(UTC).isoformat()
