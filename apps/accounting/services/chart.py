"""The books that a new company starts with: chart of accounts, default accounts, journals."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from apps.accounting.models import Account, AccountRole, Journal
from apps.company.models import Company
from apps.core.models.history import history_write

_FOLDER = Path(__file__).resolve().parents[1] / "seeding"


@cache
def chart_template(name: str = "in") -> dict[str, Any]:
    """The template as read from ``seeding/chart_<name>.json`` (part of the program, not of a tenant)."""
    return json.loads((_FOLDER / f"chart_{name}.json").read_text(encoding="utf-8"))


def chart_create(*, company: Company, template: str = "in") -> int:
    """Give a company the template's accounts, parts and journals; returns the number of accounts.

    Safe to repeat: what the company has (by code or part) stays as it is.
    """
    data = chart_template(template)
    accounts = {row.code: row for row in Account.objects.filter(company=company)}
    before = len(accounts)
    rows = [(*row, "none", [], True) for row in data["groups"]] + [(*row, False) for row in data["accounts"]]
    waiting = [row for row in rows if row[0] not in accounts]
    while waiting:  # one round for each level of the tree
        ready = [row for row in waiting if row[4] is None or row[4] in accounts]
        waiting = [row for row in waiting if not (row[4] is None or row[4] in accounts)]
        made = [_account(company, row, accounts) for row in ready]
        accounts.update({row.code: row for row in Account.objects.bulk_create(made)})
    history_write(list(accounts.values())[before:])
    _roles_create(company, accounts, data["accounts"])
    _journals_create(company, data["journals"])
    return len(accounts) - before


def _account(company: Company, row: tuple[Any, ...], accounts: dict[str, Account]) -> Account:
    code, name, kind, head, under, control, _parts, is_group = row
    account = Account(
        company=company,
        code=code,
        name=name,
        account_type=kind,
        subtype=head,
        parent=accounts[under] if under else None,
        control=control,
        is_group=is_group,
    )
    account.search_text = account.make_search_text()
    return account


def _roles_create(company: Company, accounts: dict[str, Account], rows: list[Any]) -> None:
    known = set(AccountRole.objects.filter(company=company).values_list("role", flat=True))
    made = [
        AccountRole(company=company, role=role, account=accounts[row[0]])
        for row in rows
        for role in row[6]
        if role not in known
    ]
    history_write(AccountRole.objects.bulk_create(made))


def _journals_create(company: Company, rows: list[Any]) -> None:
    known = set(Journal.objects.filter(company=company).values_list("code", flat=True))
    made = [
        Journal(company=company, code=code, name=name, journal_kind=kind, prefix=prefix)
        for code, name, kind, prefix in rows
        if code not in known
    ]
    history_write(Journal.objects.bulk_create(made))
