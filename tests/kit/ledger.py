"""Asserts that close every test of a flow: the books balance, whatever happened."""

from __future__ import annotations

from decimal import Decimal

from django.db import connection


def assert_balanced() -> None:
    """Every entry sums to zero and has its lines; the kept balances equal the lines."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.number, e.line_count, count(l.id), coalesce(sum(l.base_amount), 0)
                 FROM accounting_journalentry e LEFT JOIN accounting_journalline l ON l.entry_id = e.id
                GROUP BY e.id HAVING count(l.id) <> e.line_count OR coalesce(sum(l.base_amount), 0) <> 0"""
        )
        assert cursor.fetchall() == []


def balance(account: object) -> Decimal:
    """The account's balance from its lines, debit-positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(base_amount), 0) FROM accounting_journalline WHERE account_id = %s",
            [account.pk],  # type: ignore[attr-defined]
        )
        return cursor.fetchone()[0]
