"""The door to the ledger: the only code that writes journal entries.

Set-based: one call with a thousand postings costs as many queries as one with a single posting. Everything
is worked out first; periods are held FOR SHARE, the journal counters come last, then inserts only.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from decimal import Decimal
from typing import Any

from django.db import IntegrityError, connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.ledger.balances import deltas_of
from apps.accounting.ledger.check import accounts_of, postings_check
from apps.accounting.ledger.numbers import Numbered, numbers_take
from apps.accounting.ledger.posting import Posting, PostingLine, entry_hash
from apps.accounting.ledger.wake import wake_sealer
from apps.accounting.models import JournalEntry, JournalLine
from apps.company.selectors import company_today, first_open_day, periods_hold
from apps.core.access import may
from apps.core.actor import current_actor
from apps.core.copying import rows_insert
from apps.core.database.records import records_by
from apps.core.errors import Busy, Refused
from apps.core.money import ZERO
from apps.core.rows import row_make

_deferred: ContextVar[bool] = ContextVar("bahi_ledger_deferred", default=False)


@contextmanager
def guards_deferred() -> Iterator[None]:
    """Postings inside leave the deferred guards and keys to the end of the block, which checks them once.

    For batches whose documents name their entries, and so are written after them.
    """
    token = _deferred.set(True)
    try:
        yield
    finally:
        _deferred.reset(token)
    constraints_check()


def post(postings: Sequence[Posting], *, by: Any, reason: str = "") -> list[JournalEntry]:
    """Write the postings and return their entries in order; one already made is returned as it is.

    Runs inside the caller's unit of work. ``reason`` with the permission ``company.post_soft_closed`` lets
    it post into a softly closed period. Raises InvalidInput (unbalanced, unknown account, no period),
    Locked (423, closed period), Busy when a twin is posting the same source right now.
    """
    if not connection.in_atomic_block:
        raise transaction.TransactionManagementError("The ledger posts inside a unit of work only.")
    found = _existing(postings)
    todo = _first_of_each(postings, found)
    if todo:
        postings_check(todo, accounts_of(todo))
        made = _write(todo, by=by, reason=reason.strip())
        found.update({(e.source_kind, e.source_id, e.purpose): e for e in made})
    return [found[posting.key] for posting in postings]


def _first_of_each(postings: Sequence[Posting], found: dict[Any, JournalEntry]) -> list[Posting]:
    return list({p.key: p for p in reversed(postings) if p.key not in found}.values())[::-1]


def _existing(postings: Sequence[Posting]) -> dict[tuple[str, int, str], JournalEntry]:
    """Entries that were made before for these sources and purposes."""
    by_kind: dict[str, tuple[set[int], set[str]]] = {}
    for posting in postings:
        kind, pk, purpose = posting.key
        ids, purposes = by_kind.setdefault(kind, (set(), set()))
        ids.add(pk)
        purposes.add(purpose)
    return {
        (entry.source_kind, entry.source_id, entry.purpose): entry
        for kind, (ids, purposes) in by_kind.items()
        for entry in records_by(
            JournalEntry, {"source_kind": kind, "source_id__in": ids, "purpose__in": purposes}
        )
    }


def _write(postings: list[Posting], *, by: Any, reason: str) -> list[JournalEntry]:
    may_soft = bool(reason) and may(by, "company.post_soft_closed")
    periods = periods_hold({(p.company.pk, p.date) for p in postings}, may_soft=may_soft)
    years = [periods[p.company.pk, p.date].fiscal_year_id for p in postings]
    numbers = numbers_take(postings, years)
    entries, lines = _rows(postings, years, numbers, by=by, reason=reason)
    try:
        _insert(entries, lines)
    except IntegrityError as error:
        if "accounting_entry_once_per_purpose" in str(error):
            raise Busy(_("The same posting is being made by somebody else right now.")) from error
        if "accounting_journalentry_reversal_of_id" in str(error):
            raise Refused(_("This entry was reversed before."), code="invalid_transition") from error
        raise
    wake_sealer()
    return entries


def _rows(
    postings: list[Posting], years: list[int], numbers: list[Numbered], *, by: Any, reason: str
) -> tuple[list[JournalEntry], list[JournalLine]]:
    """The complete rows, hashed; nothing is written yet."""
    now, actor = timezone.now(), current_actor()
    user_id = getattr(by, "pk", None) or actor.user_id
    label = str(by) if getattr(by, "pk", None) else actor.label
    entries: list[JournalEntry] = []
    lines: list[JournalLine] = []
    for posting, year, number in zip(postings, years, numbers, strict=True):
        kind, source_id, purpose = posting.key
        entry = row_make(
            JournalEntry,
            company_id=posting.company.pk,
            journal_id=number.journal_id,
            fiscal_year_id=year,
            sequence=number.sequence,
            number=number.text,
            date=posting.date,
            source_kind=kind,
            source_id=source_id,
            purpose=purpose,
            narration=posting.narration,
            currency_id=posting.currency.pk if posting.currency else posting.company.currency_id,
            exchange_rate=posting.exchange_rate,
            total=sum((line.base for line in posting.lines if line.base > 0), ZERO),
            line_count=len(posting.lines),
            reversal_of_id=posting.reversal_of.pk if posting.reversal_of else None,
            posted_by_id=user_id,
            posted_by=label[:200],
            reason=reason[:200],
            recorded_at=now,
        )
        own = [_line(entry, n, line) for n, line in enumerate(posting.lines, 1)]
        entry.content_hash = entry_hash(entry, own)
        entries.append(entry)
        lines.extend(own)
    return entries, lines


def _line(entry: JournalEntry, position: int, line: PostingLine) -> JournalLine:
    return row_make(
        JournalLine,
        entry=entry,
        company_id=entry.company_id,
        date=entry.date,
        position=position,
        account_id=line.account_id,
        party_id=line.party_id,
        base_amount=line.base,
        currency_id=line.currency_id,
        amount=line.amount,
        cost_centre_id=line.cost_centre_id,
        project_id=line.project_id,
        description=line.description[:200],
        tax_role=line.tax_role,
        quantity=line.quantity,
    )


def _insert(entries: list[JournalEntry], lines: list[JournalLine]) -> None:
    """Three inserts, then the deferred guards run (but see ``guards_deferred``): refusals name a posting."""
    rows_insert(entries)
    for line in lines:
        line.entry_id = line.entry.pk
    rows_insert(lines)
    rows_insert(deltas_of(lines))
    if not _deferred.get():
        constraints_check()


def constraints_check() -> None:
    """Run the deferred guards now and defer them again: else the next posting fails at its header."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")


def reverse(
    entry: JournalEntry, *, date: date | None = None, by: Any, purpose: str = "reversal", reason: str = ""
) -> JournalEntry:
    """The mirror image of an entry, linked to it. See ``reverse_all``."""
    return reverse_all([entry], date=date, by=by, purpose=purpose, reason=reason)[0]


def reverse_all(
    entries: Sequence[JournalEntry],
    *,
    date: date | None = None,
    by: Any,
    purpose: str = "reversal",
    reason: str = "",
) -> list[JournalEntry]:
    """Mirror images of entries, dated ``date``, else today or the first open day after it.

    The original's period stays untouched. Raises Refused for an entry that is itself a reversal.
    """
    if any(entry.reversal_of_id for entry in entries):
        raise Refused(_("A reversal can't be reversed: post anew."), code="invalid_transition")
    lines: dict[int, list[JournalLine]] = {entry.pk: [] for entry in entries}
    for line in JournalLine.objects.filter(entry__in=lines).select_related("account").order_by("position"):
        lines[line.entry_id].append(line)
    companies = {entry.company_id: entry.company for entry in entries}
    days = {pk: date or reversal_day(pk) for pk in companies}
    postings = [
        _mirror(entry, lines[entry.pk], companies[entry.company_id], days[entry.company_id], purpose)
        for entry in entries
    ]
    return post(postings, by=by, reason=reason)


def reversal_day(company_id: int) -> date:
    """Today at the company's place when its period is open, else the first open day after it."""
    return first_open_day(company_id, company_today())


def _mirror(entry: JournalEntry, lines: list[JournalLine], company: Any, day: date, purpose: str) -> Posting:
    return Posting(
        company=company,
        journal=entry.journal.code,
        date=day,
        source=(entry.source_kind, entry.source_id),
        purpose=f"{purpose}:{entry.purpose}"[:60],
        narration=_("Reversal of %(number)s") % {"number": entry.number},
        currency=entry.currency,
        exchange_rate=entry.exchange_rate,
        reversal_of=entry,
        lines=[
            PostingLine(
                account=line.account,
                base=_negated(line.base_amount),
                currency_id=line.currency_id,
                amount=_negated(line.amount),
                party_id=line.party_id,
                cost_centre_id=line.cost_centre_id,
                project_id=line.project_id,
                description=line.description,
                tax_role=line.tax_role,
                quantity=None if line.quantity is None else -line.quantity,
            )
            for line in lines
        ],
    )


def _negated(amount: Decimal) -> Decimal:
    return -amount if amount else amount
