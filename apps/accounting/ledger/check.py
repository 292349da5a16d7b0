"""Checks of postings before anything is written: clear answers, where the database would only refuse."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal

from django.utils.translation import gettext as _

from apps.accounting.choices import Control
from apps.accounting.ledger.posting import Posting, PostingLine
from apps.accounting.models import Account
from apps.core.errors import ErrorList
from apps.core.money import ZERO, round_money

_LIMIT = Decimal(10) ** 17
_WITH_PARTY = (Control.RECEIVABLE, Control.PAYABLE)


def accounts_of(postings: Iterable[Posting]) -> dict[int, Account]:
    """The accounts of all lines by id: those given as ids are read in one query."""
    known: dict[int, Account] = {}
    wanted: set[int] = set()
    for posting in postings:
        for line in posting.lines:
            if isinstance(line.account, int):
                wanted.add(line.account)
            else:
                known[line.account.pk] = line.account
    wanted -= set(known)
    if wanted:
        known.update({row.pk: row for row in Account.objects.filter(pk__in=wanted)})
    return known


def postings_check(postings: Sequence[Posting], accounts: dict[int, Account]) -> None:
    """Raises InvalidInput that names every wrong line (``lines.2.account``)."""
    errors = ErrorList()
    for index, posting in enumerate(postings):
        prefix = f"postings.{index}." if len(postings) > 1 else ""
        _posting_check(posting, accounts, errors, prefix)
    errors.raise_if_any()


def _posting_check(posting: Posting, accounts: dict[int, Account], errors: ErrorList, prefix: str) -> None:
    if len(posting.lines) < 2:
        errors.add(f"{prefix}lines", _("A journal entry needs at least two lines."), "too_few_lines")
        return
    difference = sum((line.base for line in posting.lines), ZERO)
    if difference:
        errors.add(
            f"{prefix}lines",
            _("Debit and credit differ by %(amount)s.") % {"amount": format(difference, ".2f")},
            "unbalanced",
        )
    for number, line in enumerate(posting.lines):
        _line_check(posting, line, accounts.get(line.account_id), errors, f"{prefix}lines.{number}.")


def _line_check(
    posting: Posting, line: PostingLine, account: Account | None, errors: ErrorList, path: str
) -> None:
    problem = _account_problem(posting, line, account)
    if problem:
        errors.add(f"{path}account", *problem)
    if line.base != round_money(line.base) or line.amount != round_money(line.amount):
        errors.add(f"{path}amount", _("At most 2 decimals are possible."), "places")
    elif abs(line.base) >= _LIMIT or abs(line.amount) >= _LIMIT:
        errors.add(f"{path}amount", _("The amount is too large."), "max_value")
    elif line.base * line.amount < 0 or (
        line.currency_id == posting.company.currency_id and line.base != line.amount
    ):
        errors.add(f"{path}amount", _("The amount contradicts its value in company currency."), "sign")
    if account is not None and account.control in _WITH_PARTY and line.party_id is None:
        errors.add(f"{path}party", _("The account %(a)s needs a party.") % {"a": account}, "party_required")


def _account_problem(posting: Posting, line: PostingLine, account: Account | None) -> tuple[str, str] | None:
    if account is None or account.company_id != posting.company.pk:
        return _("There is no such account in this company."), "not_found"
    if account.is_group:
        return _("%(a)s is a group: post to an account below it.") % {"a": account}, "group_account"
    if account.deleted_at is not None or not account.active or account.locked:
        return _("The account %(a)s is locked.") % {"a": account}, "account_locked"
    if account.currency_id is not None and account.currency_id != line.currency_id:
        return _("The account %(a)s takes one currency only.") % {"a": account}, "wrong_currency"
    return None
