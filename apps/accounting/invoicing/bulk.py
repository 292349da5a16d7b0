"""Many invoices at once, for imports and batches: the rules of ``invoice_post``, in few statements.

``invoice_prepare`` works a draft out and refuses what is wrong with it (one document, nothing written);
``invoices_post_many`` posts prepared ones.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import prefetch_related_objects
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.events import InvoicePosted, document_event
from apps.accounting.invoicing.common import postable_check
from apps.accounting.invoicing.hold import company_check, exposure_of, overdue_text, party_check
from apps.accounting.invoicing.invoices import own_accounts_check
from apps.accounting.invoicing.party_accounts import party_accounts_read
from apps.accounting.invoicing.postings import narration_of, sale_posting
from apps.accounting.ledger import Posting, guards_deferred, post
from apps.accounting.models import Invoice, InvoiceCharge, InvoiceLine
from apps.accounting.payments.open_items import item_build
from apps.accounting.tax.documents import taxed_compute
from apps.accounting.tax.lines import Masters, masters_load
from apps.company.selectors import fiscal_year_of
from apps.company.services.series import numbers_take
from apps.core.access import may
from apps.core.actor import current_actor
from apps.core.copying import history_copy, ids_take, rows_copy, rows_insert
from apps.core.errors import ErrorList, InvalidInput, Refused
from apps.core.events import emit_many
from apps.core.formats import show_money
from apps.core.locks import lock_rows
from apps.core.models.history import history_write
from apps.core.money import ZERO, round_money
from apps.core.rows import row_make
from apps.core.validation import field_errors
from apps.documents.models.collaboration import TimelineEntry
from apps.parties.choices import CreditPolicy
from apps.parties.models import Party

Deliver = Callable[..., Any]


@dataclass
class Batched:
    """An unsaved invoice with its rows. A number that it has already (of another system) stays."""

    invoice: Invoice
    lines: list[InvoiceLine]
    charges: list[InvoiceCharge] = field(default_factory=list)


def masters_by_day(batch: Sequence[Batched]) -> dict[date, Masters]:
    """Products, tax categories and rates for all documents, loaded once for each day; addresses and terms of
    their parties with them."""
    parties = list({id(item.invoice.party): item.invoice.party for item in batch}.values())
    prefetch_related_objects(parties, "addresses", "payment_terms")
    days: dict[date, tuple[list[Any], list[Any]]] = defaultdict(lambda: ([], []))
    for item in batch:
        lines, charges = days[item.invoice.date]
        lines.extend(item.lines)
        charges.extend(item.charges)
    return {day: masters_load(lines, charges, day) for day, (lines, charges) in days.items()}


def invoice_prepare(item: Batched, masters: Masters | None = None) -> None:
    """Work an unsaved invoice out and check it. Raises InvalidInput or Refused naming ``lines.N.field``."""
    invoice = item.invoice
    company_check(invoice.party, invoice)
    own_accounts_check(invoice, item.lines)
    if any(line.source_kind for line in item.lines):
        raise InvalidInput(_("Invoices of orders are posted one by one."), field="lines")
    if invoice.payment_terms_id is None and invoice.party.payment_terms_id:
        invoice.payment_terms = invoice.party.payment_terms
    taxed_compute(invoice, item.lines, item.charges, masters=masters)
    postable_check(invoice, item.lines, item.charges)
    for number, row in enumerate(item.lines, 1):
        row.position = number
    _texts_check(item)


def _texts_check(item: Batched) -> None:
    """Lengths and choices of every column but the keys, as saving a draft does.

    Of lines only what ``taxed_compute`` hasn't checked: decimals that the columns would cut off.
    """
    invoice = item.invoice
    keys = [f.name for f in invoice._meta.concrete_fields if f.is_relation]
    try:
        invoice.clean_fields(exclude=[*keys, "search_text"])
    except ValidationError as error:
        raise InvalidInput(field_errors(error)) from error
    errors = ErrorList()
    for index, line in enumerate(item.lines):
        for name, places in (("quantity", 6), ("unit_price", 6), ("discount_percent", 3)):
            value = getattr(line, name)
            if value != round_money(value, places):
                detail = _("At most %(n)s decimals are possible.") % {"n": places}
                errors.add(f"lines.{index}.{name}", detail, "places")
        if "\x00" in line.description:
            errors.add(f"lines.{index}.description", _("Invalid text."))
    errors.raise_if_any()


def invoices_post_many(
    batch: Sequence[Batched], *, by: Any, deliver: Deliver | None = None, reason: str = ""
) -> list[Invoice]:
    """Post prepared invoices in the order given, all or none, in the caller's unit of work.

    ``deliver([(invoice, lines)], by=by)`` moves their goods (sales does). Raises Refused (``credit_limit``,
    ``company_locked``, ``insufficient_stock``), Locked, InvalidInput.
    """
    if not batch:
        return []
    _numbers_check(batch)
    parties = _parties_hold(batch, by=by, reason=reason)
    _rows_store(batch)
    party_accounts_read([item.invoice for item in batch])
    postings = [sale_posting(item.invoice, item.lines, item.charges) for item in batch]
    # deliveries and entries name invoices that are written last, in their final state
    with guards_deferred():
        if deliver is not None:
            deliver([(item.invoice, item.lines) for item in batch], by=by)
        _numbers_give(batch)
        _entries_post(batch, postings, by=by, reason=reason)
        _posted_store([item.invoice for item in batch])
    for item in batch:
        item.invoice.party = parties[item.invoice.party_id]
    emit_many([document_event(InvoicePosted, item.invoice, item.lines, by) for item in batch])
    return [item.invoice for item in batch]


def _numbers_check(batch: Sequence[Batched]) -> None:
    """A number that documents bring stands once in a company and fiscal year, here and in the books before.

    Raises InvalidInput ``duplicate`` at ``records.N.number``.
    """
    own = [item.invoice for item in batch if item.invoice.number]
    known = Invoice.objects.filter(
        company_id__in={row.company_id for row in own}, number__in={row.number for row in own}
    )
    taken = {_number_key(*row) for row in known.values_list("company_id", "number", "date")} if own else set()
    errors = ErrorList()
    for index, item in enumerate(batch):
        invoice = item.invoice
        key = _number_key(invoice.company_id, invoice.number, invoice.date)
        if invoice.number and key in taken:
            detail = _("Invoice %(n)s exists already.") % {"n": invoice.number}
            errors.add(f"records.{index}.number", detail, "duplicate")
        taken.add(key)
    errors.raise_if_any()


def _number_key(company_id: int, number: str, day: date) -> tuple[int, str, int]:
    """Numbers start anew each April (rule 46(b): unique in a financial year)."""
    return company_id, number, day.year if day.month >= 4 else day.year - 1


def _parties_hold(batch: Sequence[Batched], *, by: Any, reason: str) -> dict[int, Party]:
    """Lock the parties, tie new ones to the company that bills them, and check their credit."""
    parties = {row.pk: row for row in lock_rows(Party, {item.invoice.party_id for item in batch})}
    tied = []
    for item in batch:
        party = parties[item.invoice.party_id]
        party_check(party)
        company_check(party, item.invoice)
        if party.billing_company_id is None:
            party.billing_company_id = item.invoice.company_id
            tied.append(party)
    for company_id in {party.billing_company_id for party in tied}:
        own = [party.pk for party in tied if party.billing_company_id == company_id]
        Party.objects.filter(pk__in=own).untracked_update(
            billing_company=company_id, updated_at=timezone.now()
        )
    history_write(tied, changed=True)
    _credit_check(batch, parties, over=bool(reason.strip()) and may(by, "accounting.exceed_credit_limit"))
    return parties


def _credit_check(batch: Sequence[Batched], parties: dict[int, Party], *, over: bool) -> None:
    """As ``credit_check`` for one invoice; those before in the batch count as owed."""
    owed: dict[int, Decimal] = {}
    held = {
        pk
        for pk, party in parties.items()
        if party.credit_limit is not None and party.credit_policy == CreditPolicy.HOLD and not over
    }
    late = {pk: text for pk, party in parties.items() if not over and (text := _late_text(party))}
    for item in batch:
        party = parties[item.invoice.party_id]
        if item.invoice.party_id in late:
            raise Refused(late[party.pk], code="credit_overdue", field="party")
        if party.pk not in held:
            continue
        if party.pk not in owed:
            owed[party.pk] = exposure_of(party)
        owed[party.pk] += item.invoice.base_total
        if owed[party.pk] > party.credit_limit:  # type: ignore[operator]  # None was sorted out above
            raise Refused(
                _("%(party)s would owe %(owed)s, over the credit limit of %(limit)s.")
                % {
                    "party": party,
                    "owed": show_money(owed[party.pk], item.invoice.company.currency.code),
                    "limit": show_money(party.credit_limit or ZERO, item.invoice.company.currency.code),
                },
                code="credit_limit",
                field="party",
            )


def _late_text(party: Party) -> str:
    return overdue_text(party) if party.credit_policy == CreditPolicy.HOLD else ""


def _rows_store(batch: Sequence[Batched]) -> None:
    """Lines and charges, under the ids that their invoices will be written with."""
    ids_take([item.invoice for item in batch])
    for item in batch:
        for row in (*item.lines, *item.charges):
            row.invoice_id = item.invoice.pk
    rows_copy([row for item in batch for row in item.lines], with_ids=True)
    rows_copy([row for item in batch for row in item.charges])


def _numbers_give(batch: Sequence[Batched]) -> None:
    """Numbers of our own series, in the order given, one statement for each company and fiscal year."""
    years: dict[tuple[int, date], Any] = {}
    groups: dict[tuple[int, int], list[Invoice]] = defaultdict(list)
    for item in batch:
        invoice = item.invoice
        if invoice.number:
            continue
        key = (invoice.company_id, invoice.date)
        if key not in years:
            years[key] = fiscal_year_of(*key)
        groups[invoice.company_id, years[key].pk].append(invoice)
    for rows in groups.values():
        numbers = numbers_take(
            company=rows[0].company, record_kind="accounting.invoice", day=rows[0].date, count=len(rows)
        )
        for invoice, number in zip(rows, numbers, strict=True):
            invoice.number = number


def _entries_post(
    batch: Sequence[Batched], postings: Sequence[Posting | None], *, by: Any, reason: str
) -> None:
    named = [
        (item.invoice, replace(posting, narration=narration_of(item.invoice)))
        for item, posting in zip(batch, postings, strict=True)
        if posting is not None
    ]
    entries = post([posting for _invoice, posting in named], by=by, reason=reason)
    items = []
    for (invoice, posting), entry in zip(named, entries, strict=True):
        invoice.journal_entry = entry
        item = item_build(
            invoice,
            side=Side.RECEIVABLE,
            account_id=posting.lines[0].account_id,
            amount=invoice.grand_total,
            base=round_money(invoice.grand_total * invoice.exchange_rate),
            entry=entry,
        )
        items.append(item)
    rows_insert(items)
    for (invoice, _posting), item in zip(named, items, strict=True):
        invoice.open_item = item


def _posted_store(invoices: list[Invoice]) -> None:
    """The invoices as they are once posted: a draft that is changed at once would be written, indexed and
    checked twice."""
    now = timezone.now()
    for invoice in invoices:
        invoice.status, invoice.version = "posted", 2
        invoice.created_at = invoice.updated_at = now
        invoice.search_text = invoice.make_search_text()
    rows_copy(invoices, with_ids=True)
    history_copy(Invoice, [row.pk for row in invoices])
    actor = current_actor()
    rows_insert(
        [
            row_make(
                TimelineEntry,
                target_kind="accounting.invoice",
                target_id=row.pk,
                actor_id=actor.user_id,
                actor_label=actor.label[:200],
                verb="post",
                text=_("Posted"),
                data={"from": "draft", "to": "posted"},
            )
            for row in invoices
        ]
    )
