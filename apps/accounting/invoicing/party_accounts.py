"""Where a company books the lines of a party that name no account themselves."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from apps.accounting.models import PartyAccounts
from apps.core.database.records import records_by

_KEPT = "_party_accounts"


def party_accounts_read(documents: Iterable[Any]) -> None:
    """Put the accounts of their parties on many documents in one query, before each asks for its own."""
    rows = [row for row in documents if _KEPT not in row.__dict__]
    pairs = {(row.company_id, row.party_id) for row in rows if row.party_id}
    wanted = {"company__in": {pair[0] for pair in pairs}, "party__in": {pair[1] for pair in pairs}}
    found = {(r.company_id, r.party_id): r for r in records_by(PartyAccounts, wanted)}
    for row in rows:
        row.__dict__[_KEPT] = found.get((row.company_id, row.party_id))


def party_account(document: Any, name: str) -> int | None:
    """The party's ``income_account`` or ``expense_account`` in the document's company; None: it has none."""
    party_accounts_read([document])
    kept = document.__dict__[_KEPT]
    return None if kept is None else getattr(kept, f"{name}_id")
