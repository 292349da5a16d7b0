"""Asserts that close every test of a flow: the books balance, whatever happened."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.db import connection

from apps.accounting.ledger.balances import balances_fold, balances_prove
from apps.accounting.ledger.chain import chain_seal, ledger_verify


def assert_balanced() -> None:
    """Every entry sums to zero and has its lines; kept balances equal the lines, also after folding;
    every hash is that of its rows and the numbers have no gap."""
    with connection.cursor() as cursor:
        cursor.execute(
            """SELECT e.number, e.line_count, count(l.id), coalesce(sum(l.base_amount), 0)
                 FROM accounting_journalentry e LEFT JOIN accounting_journalline l ON l.entry_id = e.id
                GROUP BY e.id HAVING count(l.id) <> e.line_count OR coalesce(sum(l.base_amount), 0) <> 0"""
        )
        assert cursor.fetchall() == []
    assert balances_prove() == []
    while balances_fold():
        pass
    assert balances_prove() == []
    while chain_seal():
        pass
    assert ledger_verify().problems == []


def balance(account: Any) -> Decimal:
    """The account's balance from its lines, debit-positive."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT coalesce(sum(base_amount), 0) FROM accounting_journalline WHERE account_id = %s",
            [account.pk],
        )
        return cursor.fetchone()[0]
