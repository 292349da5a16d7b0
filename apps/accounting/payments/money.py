"""Receipts and payments: working out a draft, posting, allocating."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import Control, PaymentMode, Side
from apps.accounting.events import PaymentPosted, ReceiptPosted, document_event
from apps.accounting.invoicing.hold import party_lock
from apps.accounting.invoicing.postings import narration_of
from apps.accounting.ledger import Posting, PostingLine, account_for, post
from apps.accounting.models import Allocation, OpenItem, Payment, Receipt
from apps.accounting.payments.allocation import (
    Setting,
    allocations_undo,
    items_allocate,
    oldest_first,
    others_of,
)
from apps.accounting.payments.cheques import post_dated_check
from apps.accounting.payments.open_items import item_make
from apps.company.selectors import company_today, rate_on
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.events import emit
from apps.core.locks import lock_row
from apps.core.money import ONE, ZERO, round_money
from apps.documents.lifecycle import number_assign
from apps.documents.services.links import links_add

Money = Receipt | Payment
_CASH_MODES = (PaymentMode.CASH,)
_MONEY_ACCOUNTS = (Control.BANK, Control.CASH)


def side_of(document: Money) -> str:
    """Receipts live among the receivables, payments among the payables."""
    return Side.RECEIVABLE if isinstance(document, Receipt) else Side.PAYABLE


def money_compute(document: Money, children: dict[str, list[Any]]) -> None:
    """Fill defaults (account by mode, currency, rate) and check a draft. Raises InvalidInput."""
    errors = ErrorList()
    if document.company_id is None:
        raise InvalidInput(_("This field is required."), field="company", code="required")
    document.date = document.date or company_today()
    party = document.party if document.party_id else None
    document.party_name = party.legal_name if party is not None else ""
    _fill_account(document, errors)
    _fill_currency(document, party, errors)
    _check_amounts(document, errors)
    rows = children.get("allocations", [])
    _fill_rows(document, rows, errors)
    errors.raise_if_any()
    _check_rows(document, rows, errors)
    errors.raise_if_any()
    document.base_total = round_money(document.settles * document.exchange_rate)


def _fill_account(document: Money, errors: ErrorList) -> None:
    if document.account_id is None:
        document.account = account_for(document.company, "cash" if document.mode in _CASH_MODES else "bank")
    account = document.account
    if account.company_id != document.company_id:
        errors.add("account", _("This account belongs to another company."), "company")
    elif str(account.control) not in {str(item) for item in _MONEY_ACCOUNTS} or account.is_group:
        errors.add("account", _("Choose a bank or cash account."))
    if document.project_id and document.project.company_id != document.company_id:
        errors.add("project", _("This project belongs to another company."), "company")


def _fill_currency(document: Money, party: Any, errors: ErrorList) -> None:
    company = document.company
    if document.currency_id is None:
        kept = document.account.currency_id  # a bank account in another currency takes nothing else
        own = party.currency_id if party is not None else None
        document.currency_id = (kept if kept != company.currency_id else None) or own or company.currency_id
    if document.currency_id == company.currency_id:
        if document.exchange_rate not in (None, ONE):
            errors.add("exchange_rate", _("The rate of the company's own currency is 1."))
        document.exchange_rate = ONE
    elif document.exchange_rate is None:
        document.exchange_rate = rate_on(document.currency_id, company, document.date)
    only = document.account.currency_id
    if only not in (None, document.currency_id, company.currency_id):
        errors.add("account", _("This account is kept in another currency."), "currency")


def _check_amounts(document: Money, errors: ErrorList) -> None:
    for name in ("amount", "bank_charges", "tds_amount"):
        value = getattr(document, name)
        if value is None:
            errors.add(name, _("This field is required."), "required")
            return
        if value < 0:
            errors.add(name, _("The amount can't be negative."), "min_value")
        elif value > Decimal(10) ** 13:
            errors.add(name, _("The amount is too large."), "max_value")
    if document.settles <= 0:
        errors.add("amount", _("The amount must be more than 0."), "min_value")
    if isinstance(document, Receipt) and document.bank_charges > document.amount:
        errors.add("bank_charges", _("The charges are more than the amount."), "max_value")


def _document_key(document: Money) -> str:
    return "invoice" if isinstance(document, Receipt) else "bill"


def _fill_rows(document: Money, rows: Sequence[Any], errors: ErrorList) -> None:
    """Each planned allocation names a document or an open item; either gives the open item."""
    key = _document_key(document)
    for index, row in enumerate(rows):
        target = getattr(row, key) if getattr(row, f"{key}_id") else None
        if target is not None:
            if target.open_item_id is None or target.status != "posted":
                errors.add(f"allocations.{index}.invoice", _("This document isn't posted."), "not_posted")
                continue
            row.open_item_id = target.open_item_id
        if row.open_item_id is None:
            errors.add(f"allocations.{index}.invoice", _("This field is required."), "required")


def _check_rows(document: Money, rows: Sequence[Any], errors: ErrorList) -> None:
    items = {item.pk: item for item in OpenItem.objects.filter(pk__in=[row.open_item_id for row in rows])}
    left = document.settles
    for index, row in enumerate(rows):
        item, path = items[row.open_item_id], f"allocations.{index}"
        if (item.company_id, item.party_id) != (document.company_id, document.party_id):
            errors.add(f"{path}.invoice", _("This document is of another company or party."), "party")
        elif item.currency_id != document.currency_id:
            errors.add(f"{path}.invoice", _("This document is in another currency."), "currency")
        elif row.amount is None or row.amount <= 0:
            errors.add(f"{path}.amount", _("The amount must be more than 0."), "min_value")
        elif row.amount > abs(item.open_amount):
            errors.add(f"{path}.amount", _("Only %(a)s is open.") % {"a": abs(item.open_amount)}, "max_value")
        else:
            left -= row.amount
            if left < 0:
                errors.add(f"{path}.amount", _("More is allocated than was paid."), "max_value")


# --- posting --------------------------------------------------------------------------------------


def receipt_post(document: Receipt, *, by: Any, reason: str = "") -> None:
    """Money in: bank, charges and withheld tax debit, party credit; then the planned allocations."""
    _money_post(document, by=by, reason=reason)
    emit(document_event(ReceiptPosted, document, None, by))


def payment_post(document: Payment, *, by: Any, reason: str = "") -> None:
    """Money out: party debit, bank and withheld tax credit; then the planned allocations."""
    _money_post(document, by=by, reason=reason)
    emit(document_event(PaymentPosted, document, None, by))


def _money_post(document: Money, *, by: Any, reason: str) -> None:
    sign = -1 if isinstance(document, Receipt) else 1
    post_dated_check(document)
    party_lock(document)
    number_assign(document)
    posting = _posting(document, sign)
    entry = post([posting], by=by, reason=reason)[0]
    document.journal_entry = entry
    document.open_item = item_make(
        document,
        side=side_of(document),
        account_id=account_for(document.company, side_of(document)).pk,
        amount=document.settles * sign,
        base=posting.lines[0].base,
        entry=entry,
    )
    rows = list(document.allocations.all())
    settings = [_setting(document, row.open_item_id, row.amount, i) for i, row in enumerate(rows)]
    _record(rows, items_allocate(settings, by=by))
    _link(document, rows)
    document.open_item.refresh_from_db()


def _posting(document: Money, sign: int) -> Posting:
    """``sign`` is that of the party's line: -1 receipt (credit), +1 payment (debit)."""
    company, rate = document.company, document.exchange_rate
    role = "tds_receivable" if sign < 0 else "tds_payable"
    bank = document.amount - document.bank_charges if sign < 0 else document.amount + document.bank_charges
    amounts: list[tuple[Any, Decimal]] = [
        (account_for(company, side_of(document)), document.settles * sign),
        (document.account, -bank * sign),
    ]
    if document.tds_amount:
        amounts.append((account_for(company, role), -document.tds_amount * sign))
    if document.bank_charges:
        amounts.append((account_for(company, "bank_charges"), document.bank_charges))
    bases = [round_money(amount * rate) for _account, amount in amounts]
    bases[1] -= sum(bases, ZERO)  # the bank's line takes the paisa of rounding
    home = company.currency_id
    lines = []
    for index, ((account, amount), base) in enumerate(zip(amounts, bases, strict=True)):
        foreign = index == 0 or account.currency_id == document.currency_id
        lines.append(
            PostingLine(
                account=account,
                base=base,
                currency_id=document.currency_id if foreign else home,
                amount=amount if foreign else base,
                party_id=document.party_id if index == 0 else None,
                project_id=document.project_id,
                tax_role=role if index == 2 and document.tds_amount else "",
            )
        )
    return Posting(
        company=company,
        journal="cash" if document.account.control == Control.CASH else "bank",
        date=document.date,
        source=document,
        purpose="post",
        narration=" ".join(text for text in (narration_of(document), document.reference) if text),
        currency=document.currency,
        exchange_rate=rate,
        lines=[line for line in lines if line.base or line.amount],
    )


# --- allocating -----------------------------------------------------------------------------------


def _setting(document: Money, item_id: int, amount: Decimal, index: int) -> Setting:
    own = document.open_item_id
    debit, credit = (item_id, own) if isinstance(document, Receipt) else (own, item_id)
    return Setting(debit, credit, amount, path=f"allocations.{index}.amount")


def _record(rows: Sequence[Any], made: Sequence[Allocation]) -> None:
    """The rows of the document show what is allocated now."""
    for row, allocation in zip(rows, made, strict=True):
        row.allocation = allocation
    if rows:
        type(rows[0])._default_manager.bulk_update(rows, ["allocation"])


def _link(document: Money, rows: Sequence[Any]) -> None:
    """What was paid and what paid it show each other as related; also when a cheque bounces later."""
    key = _document_key(document)
    known = {row.open_item_id: (f"accounting.{key}", getattr(row, f"{key}_id")) for row in rows}
    other = [pk for pk, (_kind, source) in known.items() if source is None]
    named = OpenItem.objects.filter(pk__in=other).values_list("source_kind", "source_id") if other else []
    links_add([*(pair for pair in known.values() if pair[1] is not None), *named], document, "paid")


def money_allocate(document: Money, *, by: Any, allocations: Sequence[dict[str, Any]] | None = None) -> None:
    """Set what is left of a posted receipt or payment against documents.

    ``allocations``: [{invoice or bill or open_item (instances), amount}]; none: the oldest due first. Raises
    Refused ``over_allocation`` when less is left, here or there; InvalidInput naming the path.
    """
    item = lock_row(OpenItem, document.open_item_id or 0)
    if not item.open_amount:
        raise Refused(
            _("Nothing is left of %(number)s.") % {"number": document.number}, code="over_allocation"
        )
    model = document.allocations.model
    parent = "receipt" if isinstance(document, Receipt) else "payment"
    if allocations:
        rows = [model(**{parent: document}, **values) for values in allocations]
    else:
        rows = _oldest(document, item, model, parent)
    errors = ErrorList()
    _fill_rows(document, rows, errors)
    errors.raise_if_any()
    settings = [_setting(document, row.open_item_id, row.amount, index) for index, row in enumerate(rows)]
    made = items_allocate(settings, by=by)
    start = document.allocations.count()
    for index, (row, allocation) in enumerate(zip(rows, made, strict=True), start + 1):
        row.allocation, row.position = allocation, index
    model.objects.bulk_create(rows)
    _link(document, rows)
    document.open_item.refresh_from_db()


def _oldest(document: Money, item: OpenItem, model: Any, parent: str) -> list[Any]:
    others = others_of(item)
    key = _document_key(document)
    target = {"invoice": "accounting.invoice", "bill": "accounting.bill"}[key]
    by_id = {other.pk: other for other in others}
    rows = []
    for setting in oldest_first(item, others):
        other = by_id[setting.other_of(item)]
        own = {f"{key}_id": other.source_id} if other.source_kind == target else {}
        rows.append(model(**{parent: document}, open_item=other, amount=setting.amount, **own))
    if not rows:
        raise Refused(_("There is no open document to set this against."), code="nothing_open")
    return rows


def money_unallocate(
    document: Money, *, by: Any, allocations: Sequence[int] | None = None, invoice: Any = None
) -> None:
    """Take allocations of a document back: all of them, the rows named by id, or those of one document."""
    rows = document.allocations.exclude(allocation=None)
    if allocations is not None:
        rows = rows.filter(pk__in=allocations)
        if rows.count() != len(set(allocations)):
            raise InvalidInput(_("There is no such allocation."), field="allocations", code="not_found")
    if invoice is not None:
        rows = rows.filter(**{_document_key(document): invoice})
    found = list(rows.select_related("allocation"))
    if not found:
        raise Refused(_("Nothing is allocated."), code="invalid_transition", field="status")
    allocations_undo([row.allocation for row in found], by=by)
    document.allocations.filter(pk__in=[row.pk for row in found]).delete()
    document.open_item.refresh_from_db()
