"""Small rests given up: within a limit, with a permission above it."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from apps.accounting.choices import ItemStatus, Side
from apps.accounting.ledger import Posting, PostingLine, account_for, post
from apps.accounting.models import Allocation, OpenItem
from apps.accounting.models.open_item import WRITTEN_OFF
from apps.company.models import Company
from apps.company.selectors import company_today, first_open_day
from apps.core.access import may
from apps.core.actor import current_actor
from apps.core.errors import InvalidInput, Refused
from apps.core.formats import show_money
from apps.core.locks import lock_row
from apps.core.money import ZERO, round_money
from apps.core.typed_settings import setting


def write_off_limit(company_id: int) -> Decimal:
    """In company currency: what everybody with the permission ``write_off`` may give up."""
    return Decimal(setting("accounting.write_off_limit", company_id))


def write_off_refusal(item: OpenItem, base: Decimal, by: Any) -> str:
    """Why the person may not give up ``base`` (company currency) of the item; empty where he may."""
    limit = write_off_limit(item.company_id)
    if base <= limit or may(by, "accounting.write_off_any"):
        return ""
    shown = show_money(limit, item.company.currency.code)
    return _("Up to %(limit)s may be written off.") % {"limit": shown}


def item_write_off(item: OpenItem, *, by: Any, reason: str, amount: Decimal | None = None) -> Allocation:
    """Write off the rest (or ``amount``) of an open item against the write-off account.

    Raises Refused ``write_off_limit`` above the limit without ``write_off_any``, InvalidInput without a
    reason or for more than is open.
    """
    if not reason.strip():
        raise InvalidInput(_("Please give a reason."), field="reason", code="required")
    item = lock_row(OpenItem, item.pk)
    part = abs(item.open_amount) if amount is None else round_money(amount)
    if not ZERO < part <= abs(item.open_amount):
        raise InvalidInput(_("That much isn't open."), field="amount", code="max_value")
    base = round_money(abs(item.open_base) * part / abs(item.open_amount))
    if refusal := write_off_refusal(item, base, by):
        raise Refused(refusal, code="write_off_limit")
    counter = _book(item, part, base, reason, by=by)
    sign = 1 if item.amount > 0 else -1
    item.open_amount -= part * sign
    item.open_base -= base * sign
    item.status = ItemStatus.PAID if not item.open_amount else ItemStatus.PARTLY_PAID
    item.save(update_fields=["open_amount", "open_base", "status"])
    debit, credit = (item, counter) if sign > 0 else (counter, item)
    return Allocation.objects.create(
        company_id=item.company_id,
        debit_item=debit,
        credit_item=credit,
        date=counter.date,
        amount=part,
        base_debit=base,
        base_credit=base,
        by_label=current_actor().label[:200],
    )


def _book(item: OpenItem, part: Decimal, base: Decimal, reason: str, *, by: Any) -> OpenItem:
    """The entry and the counter item that closes with it."""
    company = Company.objects.get(pk=item.company_id)
    day = first_open_day(company.pk, max(company_today(), item.date))
    sign = 1 if item.amount > 0 else -1
    count = OpenItem.objects.filter(
        source_kind=item.source_kind, source_id=item.source_id, purpose__startswith=WRITTEN_OFF
    ).count()
    purpose = f"{WRITTEN_OFF}{item.pk}.{count + 1}"[:20]
    entry = post(
        [
            Posting(
                company=company,
                journal="general",
                date=day,
                source=(item.source_kind, item.source_id),
                purpose=purpose,
                narration=_("Written off %(number)s: %(reason)s") % {"number": item.number, "reason": reason},
                currency=item.currency,
                lines=[
                    PostingLine(
                        item.account_id, -base * sign, item.currency_id, -part * sign, party_id=item.party_id
                    ),
                    PostingLine(
                        account_for(company, "write_off"), base * sign, company.currency_id, base * sign
                    ),
                ],
            )
        ],
        by=by,
    )[0]
    return OpenItem.objects.create(
        company_id=item.company_id,
        party_id=item.party_id,
        side=Side(item.side),
        account_id=item.account_id,
        source_kind=item.source_kind,
        source_id=item.source_id,
        purpose=purpose,
        number=item.number,
        date=day,
        due_date=day,
        currency_id=item.currency_id,
        amount=-part * sign,
        base_amount=-base * sign,
        open_amount=ZERO,
        open_base=ZERO,
        status=ItemStatus.PAID,
        entry=entry,
    )
