"""Opening balances for the import engine: a trial balance, and the documents that were open."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Q
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounting.choices import Side
from apps.accounting.models import JournalEntry, OpenItem
from apps.accounting.payments.open_items import OpeningItem, opening_items_post
from apps.accounting.services.opening import (
    OpeningRow,
    opening_exists,
    opening_reverse,
    opening_trial_balance_post,
)
from apps.accounting.services.opening_entries import OPEN_DOCUMENTS, openings_live
from apps.accounting.statements.opening import opening_notes
from apps.company.models import Company, Currency
from apps.company.selectors import company_today, rate_on
from apps.core.access import access_of, may
from apps.core.errors import BahiError, InvalidInput, NotAllowed
from apps.core.formats import show_date
from apps.core.money import ZERO, parse_decimal
from apps.core.scope import record_filter
from apps.datatools.importing.provenance import Written
from apps.datatools.importing.reversals import register_reversal
from apps.datatools.importing.targets import (
    ImportField,
    Outcome,
    Record,
    RowError,
    date_parse,
    register_target,
)
from apps.datatools.reports.params import companies_of
from apps.parties.models import Party

OPENING_KIND = "accounting.opening_items"


def company_of(options: dict[str, Any], by: Any) -> Company:
    """The company that the options name, or the only one. Raises InvalidInput naming ``options.company``."""
    rows = companies_of(by)
    code = str(options.get("company") or "")
    found = list(rows.filter(code=code) if code else rows[:2])
    if len(found) != 1:
        text = _("There is no such company.") if code else _("Please name a company.")
        raise InvalidInput(text, field="options.company", code="not_found" if code else "required")
    return found[0]


def day_of(options: dict[str, Any]) -> date:
    """The day of the opening; today when it isn't given."""
    text = str(options.get("date") or "")
    try:
        return date_parse(text) if text else company_today()
    except ValueError as error:
        raise InvalidInput(str(error), field="options.date") from error


class _Bad(Exception):
    """A cell that can't be read."""

    def __init__(self, column: str, detail: str, code: str = "invalid") -> None:
        super().__init__(detail)
        self.column, self.detail, self.code = column, detail, code


def _amount(record: Record, column: str) -> Decimal:
    text = record.head.get(column, "").strip()
    try:
        return parse_decimal(text, places=2) if text else ZERO
    except ValueError as error:
        raise _Bad(column, str(error)) from error


def _report(outcome: Outcome, record: Record, bad: _Bad) -> None:
    outcome.skipped += 1
    outcome.errors.append(RowError(record.row, bad.column, bad.code, bad.detail))


def _require(user: Any) -> None:
    if not (may(user, "accounting.post_voucher") and may(user, "accounting.import_journalentry")):
        raise NotAllowed(_("You may not import opening balances."))


class OpeningTrialBalance:
    """All rows are one entry: posted only when every row is right. Options: company, date.

    Rows of debtors, creditors and stock state what open documents and stock bring in; a list without any of
    them is one that leaves them to those files. ``notes`` of each part say how far the whole is.
    """

    key = "accounting/opening-trial-balance"
    title = gettext_lazy("Opening trial balance")
    group_by = "account"
    chunk = 100_000
    model = JournalEntry

    def fields(self) -> list[ImportField]:
        """What a column may be."""
        return [
            ImportField("account", "account", required=True),
            ImportField("debit", "debit", "decimal"),
            ImportField("credit", "credit", "decimal"),
            ImportField("currency_amount", "amount in the account's currency", "decimal"),
        ]

    def example(self) -> dict[str, str]:
        """A row that would be accepted."""
        return {"account": "1510", "debit": "50000.00", "credit": "", "currency_amount": ""}

    def require(self, user: Any) -> None:
        _require(user)

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        """Post the balances; a company's opening of that day, once posted, is passed over."""
        company, day, outcome = company_of(options, by), day_of(options), Outcome()
        if opening_exists(company, day):
            outcome.skipped = len(records)
            known = _("The opening balances of %(day)s are posted already.")
            outcome.notes = [known % {"day": show_date(day)}, *opening_notes(company)]
            return outcome
        rows = []
        for record in records:
            try:
                account = record.head.get("account", "").strip()
                given = record.head.get("currency_amount", "").strip()
                rows.append(
                    OpeningRow(
                        account,
                        _amount(record, "debit"),
                        _amount(record, "credit"),
                        currency_amount=_amount(record, "currency_amount") if given else None,
                    )
                )
            except _Bad as bad:
                _report(outcome, record, bad)
        if outcome.errors:
            return outcome
        try:
            made = opening_trial_balance_post(
                company=company, date=day, rows=rows, by=by, rest_to_equity=True
            )
        except BahiError as error:
            outcome.skipped = len(records)
            outcome.errors += [_row_error(records, item) for item in error.errors]
            return outcome
        outcome.created = len(records)
        if made.entry is not None:
            outcome.written.append(Written(records[0].row, JournalEntry, made.entry.pk, created=True))
        outcome.notes = opening_notes(company)
        return outcome


def _row_error(records: list[Record], item: Any) -> RowError:
    """From ``rows.3.account`` back to the row and column of the file."""
    parts = item.field.split(".")
    if len(parts) > 1 and parts[1].isdigit() and int(parts[1]) < len(records):
        return RowError(records[int(parts[1])].row, parts[-1], item.code, str(item.detail))
    return RowError(records[0].row, "", item.code, str(item.detail))


@dataclass
class _Read:
    record: Record
    item: OpeningItem


class OpenDocuments:
    """Invoices and bills that were open at the start. Options: company, date (of the opening entry).

    ``amount`` is what is still open, positive; a credit note or advance is negative.
    """

    key = "accounting/open-documents"
    title = gettext_lazy("Open invoices and bills")
    group_by = "number"
    chunk = 5000
    model = JournalEntry

    def fields(self) -> list[ImportField]:
        """What a column may be."""
        return [
            ImportField("party", "party", required=True),
            ImportField("number", "number", required=True),
            ImportField("date", "date", "date", required=True),
            ImportField("due_date", "due date", "date"),
            ImportField("side", "side"),
            ImportField("amount", "open amount", "decimal", required=True),
            ImportField("currency", "currency"),
            ImportField("exchange_rate", "exchange rate", "decimal"),
        ]

    def example(self) -> dict[str, str]:
        """A row that would be accepted."""
        return {
            "party": "Ashok Lamps", "number": "OLD/17", "date": "2026-03-02", "due_date": "2026-04-01",
            "side": "receivable", "amount": "11800.00", "currency": "INR", "exchange_rate": "",
        }  # fmt: skip

    def require(self, user: Any) -> None:
        _require(user)

    def apply(self, records: list[Record], *, by: Any, options: dict[str, Any]) -> Outcome:
        """Post the documents in one entry; bad rows are reported, documents brought in before passed over."""
        company, day, outcome = company_of(options, by), day_of(options), Outcome()
        parties, currencies = _parties(records, by), {c.code: c for c in Currency.objects.all()}
        read: list[_Read] = []
        for record in records:
            try:
                read.append(_Read(record, _item(record, company, day, parties, currencies)))
            except _Bad as bad:
                _report(outcome, record, bad)
        known = _known(company, read)
        new = [row for row in read if (row.item.party.pk, row.item.number) not in known]
        outcome.skipped += len(read) - len(new)
        if new:
            items = [row.item for row in new]
            source = _source(company, items)
            made = opening_items_post(company=company, items=items, day=day, source=source, by=by)
            entry = made[0].entry_id
            assert entry is not None  # noqa: S101 - an opening is posted with its items
            outcome.written.append(Written(new[0].record.row, JournalEntry, entry, created=True))
            outcome.created = len(new)
        outcome.notes = opening_notes(company)
        return outcome


def _source(company: Company, items: list[OpeningItem]) -> tuple[str, int]:
    text = repr([company.pk, *((i.party.pk, i.number, str(i.amount)) for i in items)])
    return OPENING_KIND, int.from_bytes(hashlib.sha256(text.encode()).digest()[:8]) >> 1


def _parties(records: list[Record], by: Any) -> dict[str, Party]:
    """Parties by lower-case name and code, of those that the user may see."""
    names = {record.head.get("party", "").strip() for record in records} - {""}
    rows = Party.objects.filter(record_filter(Party, access_of(by)), deleted_at=None).filter(
        Q(display_name__in=names) | Q(legal_name__in=names) | Q(code__in=names)
    )
    found: dict[str, Party] = {}
    for party in rows:
        for text in (party.legal_name, party.code, party.display_name):
            if text:
                found[text.lower()] = party
    return found


def _item(
    record: Record, company: Company, day: date, parties: dict[str, Party], currencies: dict[str, Currency]
) -> OpeningItem:
    """One row as an open item. Raises _Bad naming the column."""
    head = {name: text.strip() for name, text in record.head.items()}
    party = parties.get(head.get("party", "").lower())
    if party is None:
        raise _Bad("party", _("There is no party “%(n)s”.") % {"n": head.get("party", "")}, "not_found")
    if not head.get("number"):
        raise _Bad("number", _("This field is required."), "required")
    side = head.get("side") or (Side.RECEIVABLE if party.is_customer else Side.PAYABLE)
    if side not in Side.values:
        raise _Bad("side", _("Must be receivable or payable."))
    amount = _amount(record, "amount")
    if not amount:
        raise _Bad("amount", _("The amount must not be zero."), "min_value")
    code = head.get("currency") or company.currency.code
    if code not in currencies:
        raise _Bad("currency", _("There is no currency %(c)s.") % {"c": code}, "not_found")
    issued = _day(head, "date")
    return OpeningItem(
        party=party,
        side=side,
        number=head["number"][:32],
        date=issued,
        due_date=_day(head, "due_date") if head.get("due_date") else issued,
        amount=amount if side == Side.RECEIVABLE else -amount,
        currency=currencies[code],
        exchange_rate=_rate(head, currencies[code], company, day),
    )


def _day(head: dict[str, str], column: str) -> date:
    try:
        return date_parse(head.get(column, ""))
    except ValueError as error:
        raise _Bad(column, str(error)) from error


def _rate(head: dict[str, str], currency: Currency, company: Company, day: date) -> Decimal:
    if not head.get("exchange_rate"):
        try:
            return rate_on(currency.pk, company, day)
        except InvalidInput as error:
            raise _Bad("exchange_rate", str(error.detail), "required") from error
    try:
        return parse_decimal(head["exchange_rate"], allow_negative=False)
    except ValueError as error:
        raise _Bad("exchange_rate", str(error)) from error


def _known(company: Company, read: list[_Read]) -> set[tuple[int, str]]:
    """(party, number) of documents that an opening brought in before."""
    rows = OpenItem.objects.filter(
        entry__in=openings_live(OPEN_DOCUMENTS).filter(company=company),
        party__in={row.item.party.pk for row in read},
    ).values_list("party_id", "number")
    return set(rows)


register_target(OpeningTrialBalance())
register_target(OpenDocuments())
register_reversal(JournalEntry, opening_reverse)
