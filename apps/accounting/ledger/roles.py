"""Which account plays which part in automatic postings of a company."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any

from django.db import connection
from django.utils.translation import gettext as _

from apps.accounting.models import Account
from apps.company.models import Company
from apps.core.database.prepared import prepared_rows
from apps.core.errors import Refused

_FIELDS = [field for field in Account._meta.concrete_fields if field.name not in Account.BESIDE]
_NAMES = [field.attname for field in _FIELDS]
_COLUMNS = ", ".join(f'a."{field.column}"' for field in _FIELDS)
_BOOK = f"""
SELECT r.role, {_COLUMNS} FROM accounting_accountrole r JOIN accounting_account a ON a.id = r.account_id
WHERE r.company_id = %s
"""  # noqa: S608 - columns of our own model


class AccountBook:
    """The default accounts of one company, read in one query at first use; made into records as they are
    asked for, since a posting needs a few of some forty."""

    def __init__(self, company: Company) -> None:
        self.company = company
        self._rows: dict[str, tuple[Any, ...]] | None = None
        self._accounts: dict[str, Account] = {}

    def __getitem__(self, role: str) -> Account:
        """The account of a part. Raises Refused (``account_missing``) when the company has none."""
        if self._rows is None:
            self._rows = {row[0]: row[1:] for row in prepared_rows(_BOOK, [self.company.pk])}
        if role not in self._rows:
            raise Refused(
                _("The company has no account for “%(role)s”. Set it under default accounts.")
                % {"role": role},
                code="account_missing",
            )
        if role not in self._accounts:
            self._accounts[role] = Account.from_db(connection.alias, _NAMES, self._rows[role])
        return self._accounts[role]


_kept: ContextVar[dict[int, AccountBook] | None] = ContextVar("account_books", default=None)


@contextmanager
def account_books_kept() -> Iterator[None]:
    """Inside, each company's default accounts are read once, not once for each document: for loading many
    documents while nobody changes accounts. Inside one organisation."""
    token = _kept.set({})
    try:
        yield
    finally:
        _kept.reset(token)


def account_for(company: Company, role: str) -> Account:
    """The account of a part, cached on this instance of the company (so for a request or job at most), or for
    all documents of one run (``account_books_kept``)."""
    book = company.__dict__.get("_account_book")
    if book is None:
        kept = _kept.get()
        book = AccountBook(company) if kept is None else kept.setdefault(company.pk, AccountBook(company))
        company.__dict__["_account_book"] = book
    return book[role]
