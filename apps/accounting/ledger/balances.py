"""Balances of accounts: insert-only deltas at posting, folded by a job into days and months.

A read is folded rows + open deltas in one statement, so that it never sees half a fold. It touches whole
months and the days of at most a month for each day asked about: its cost doesn't grow with the lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db import connection

from apps.accounting.models import BalanceDelta, JournalLine
from apps.core.locks import advisory_try
from apps.core.money import ZERO
from apps.core.rows import row_make

FOLD_LIMIT = 100_000


def deltas_of(lines: Iterable[JournalLine]) -> list[BalanceDelta]:
    """One delta for each account and day of the lines."""
    sums: dict[tuple[int, int, date], list[Decimal]] = {}
    for line in lines:
        pair = sums.setdefault((line.company_id, line.account_id, line.date), [ZERO, ZERO])
        pair[0 if line.base_amount > 0 else 1] += abs(line.base_amount)
    return [
        row_make(BalanceDelta, company_id=company, account_id=account, date=day, debit=debit, credit=credit)
        for (company, account, day), (debit, credit) in sums.items()
    ]


@dataclass(frozen=True, slots=True)
class Turnover:
    """Debits and credits of an account up to and including a day."""

    debit: Decimal = ZERO
    credit: Decimal = ZERO

    @property
    def balance(self) -> Decimal:
        """Debit-positive."""
        return self.debit - self.credit

    def __sub__(self, other: Turnover) -> Turnover:
        return Turnover(self.debit - other.debit, self.credit - other.credit)


def turnovers(
    company_id: int, days: Sequence[date], *, account_ids: Sequence[int] | None = None
) -> dict[int, list[Turnover]]:
    """For each account with postings, its turnover from the beginning up to each of ``days`` (one query)."""
    folded, folded_arguments = _cuts(days)
    within = "" if account_ids is None else " AND account_id = ANY(%s)"
    only: list[object] = [] if account_ids is None else [list(account_ids)]
    sums = ", ".join(
        f"coalesce(sum(debit) FILTER (WHERE cut_{n}), 0), coalesce(sum(credit) FILTER (WHERE cut_{n}), 0)"
        for n in range(len(days))
    )
    cuts = ", ".join(f"{text} AS cut_{n}" for n, text in enumerate(folded))
    query = f"""
        SELECT account_id, {sums} FROM (
            SELECT account_id, debit, credit, {cuts} FROM accounting_accountbalance
             WHERE company_id = %s{within} AND ({" OR ".join(folded)})
            UNION ALL
            SELECT account_id, debit, credit, {", ".join("date <= %s" for _ in days)}
              FROM accounting_balancedelta WHERE company_id = %s{within} AND date <= %s
        ) AS parts GROUP BY account_id"""  # noqa: S608 - names of our own tables and columns, values are parameters
    arguments = [
        *folded_arguments, company_id, *only, *folded_arguments, *days, company_id, *only, max(days),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(query, arguments)
        return {
            row[0]: [Turnover(row[1 + 2 * n], row[2 + 2 * n]) for n in range(len(days))]
            for row in cursor.fetchall()
        }


def _cuts(days: Sequence[date]) -> tuple[list[str], list[object]]:
    """For each day: whole months before its own, and the days of its own month up to it."""
    text = "((grain = 'month' AND start < %s) OR (grain = 'day' AND start >= %s AND start <= %s))"
    arguments: list[object] = []
    for day in days:
        month = day.replace(day=1)
        arguments += [month, month, day]
    return [text] * len(days), arguments


def balance_of(account_id: int, company_id: int, day: date) -> Decimal:
    """Balance of one account at the end of a day, debit-positive."""
    found = turnovers(company_id, [day], account_ids=[account_id])
    return found[account_id][0].balance if account_id in found else ZERO


_FOLD = """
WITH taken AS (
    DELETE FROM accounting_balancedelta WHERE id IN (
        SELECT id FROM accounting_balancedelta ORDER BY id LIMIT %s FOR UPDATE SKIP LOCKED)
    RETURNING company_id, account_id, date, debit, credit
), sums AS (
    SELECT company_id, account_id, 'day' AS grain, date AS start, sum(debit) AS debit, sum(credit) AS credit
      FROM taken GROUP BY 1, 2, 4
    UNION ALL
    SELECT company_id, account_id, 'month', date_trunc('month', date)::date, sum(debit), sum(credit)
      FROM taken GROUP BY 1, 2, 4
), folded AS (
    INSERT INTO accounting_accountbalance AS b (company_id, account_id, grain, start, debit, credit)
    SELECT company_id, account_id, grain, start, debit, credit FROM sums ORDER BY 1, 3, 4, 2
    ON CONFLICT (company_id, grain, start, account_id)
    DO UPDATE SET debit = b.debit + excluded.debit, credit = b.credit + excluded.credit
)
SELECT count(*) FROM taken
"""


def balances_fold(limit: int = FOLD_LIMIT) -> int:
    """Add waiting deltas to the kept balances; returns how many. Readers see all of it or nothing."""
    if not advisory_try("accounting.fold"):
        return 0
    with connection.cursor() as cursor:
        cursor.execute(_FOLD, [limit])
        return int(cursor.fetchone()[0])


_DIFFERENCES = """
WITH kept AS (
    SELECT company_id, account_id, grain, start, sum(debit) AS debit, sum(credit) AS credit FROM (
        SELECT company_id, account_id, grain, start, debit, credit FROM accounting_accountbalance
        UNION ALL
        SELECT company_id, account_id, 'day', date, debit, credit FROM accounting_balancedelta
        UNION ALL
        SELECT company_id, account_id, 'month', date_trunc('month', date)::date, debit, credit
          FROM accounting_balancedelta
    ) AS x GROUP BY 1, 2, 3, 4
), by_day AS (
    SELECT company_id, account_id, date, sum(greatest(base_amount, 0)) AS debit,
           sum(greatest(-base_amount, 0)) AS credit
      FROM accounting_journalline GROUP BY 1, 2, 3
), true_sums AS (
    SELECT company_id, account_id, 'day' AS grain, date AS start, debit, credit FROM by_day
    UNION ALL
    SELECT company_id, account_id, 'month', date_trunc('month', date)::date, sum(debit), sum(credit)
      FROM by_day GROUP BY 1, 2, 4
)
SELECT coalesce(k.company_id, t.company_id), coalesce(k.account_id, t.account_id),
       coalesce(k.grain, t.grain), coalesce(k.start, t.start),
       coalesce(k.debit, 0), coalesce(k.credit, 0), coalesce(t.debit, 0), coalesce(t.credit, 0)
  FROM kept k FULL JOIN true_sums t
    ON k.company_id = t.company_id AND k.account_id = t.account_id AND k.grain = t.grain AND k.start = t.start
 WHERE coalesce(k.debit, 0) <> coalesce(t.debit, 0) OR coalesce(k.credit, 0) <> coalesce(t.credit, 0)
 ORDER BY 1, 2, 3, 4
"""


@dataclass(frozen=True, slots=True)
class Difference:
    """A kept balance that isn't the sum of its lines."""

    company_id: int
    account_id: int
    grain: str
    start: date
    kept_debit: Decimal
    kept_credit: Decimal
    true_debit: Decimal
    true_credit: Decimal


def balances_prove(company_id: int | None = None) -> list[Difference]:
    """Compare every kept balance with the sum of its lines (scans the ledger). Empty = proved."""
    with connection.cursor() as cursor:
        cursor.execute(_DIFFERENCES)
        rows = [Difference(*row) for row in cursor.fetchall()]
    return [row for row in rows if company_id in (None, row.company_id)]


def balances_rebuild() -> int:
    """Write the kept balances anew from the lines. Holds the fold and new postings off meanwhile."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [_fold_key()])
        cursor.execute("LOCK TABLE accounting_balancedelta IN SHARE ROW EXCLUSIVE MODE")
        cursor.execute("DELETE FROM accounting_balancedelta")
        cursor.execute("DELETE FROM accounting_accountbalance")
        cursor.execute(
            """INSERT INTO accounting_accountbalance (company_id, account_id, grain, start, debit, credit)
               SELECT company_id, account_id, grain, start, sum(greatest(base_amount, 0)),
                      sum(greatest(-base_amount, 0))
                 FROM (SELECT company_id, account_id, base_amount, 'day' AS grain, date AS start
                         FROM accounting_journalline
                       UNION ALL
                       SELECT company_id, account_id, base_amount, 'month', date_trunc('month', date)::date
                         FROM accounting_journalline) AS x
                GROUP BY 1, 2, 3, 4"""
        )
        return cursor.rowcount


def _fold_key() -> str:
    return f"{connection.schema_name}:accounting.fold"
