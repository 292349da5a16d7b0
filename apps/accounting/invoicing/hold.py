"""What is checked at posting with the party's row locked: that it is there, who bills it, and its credit."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from decimal import Decimal
from typing import Any

from django.db.models import Sum
from django.utils.translation import gettext as _

from apps.accounting.choices import Side
from apps.accounting.models import OpenItem
from apps.company.selectors import company_today
from apps.core.access import may
from apps.core.errors import Refused
from apps.core.formats import show_date, show_money
from apps.core.locks import lock_row
from apps.core.money import ZERO, round_money
from apps.documents.services.timeline import timeline_add
from apps.parties.choices import CreditPolicy
from apps.parties.models import Party

Exposure = Callable[[Party, Any], Decimal]
_sources: list[Exposure] = []
Release = Callable[[Any], bool]
_releases: list[Release] = []


def register_exposure(source: Exposure) -> Exposure:
    """A higher app adds what else a party may come to owe: ``source(party, document)`` → amount in company
    currency (sales: confirmed orders not yet billed, without those that ``document`` bills)."""
    if source not in _sources:
        _sources.append(source)
    return source


def register_release(release: Release) -> Release:
    """A higher app says which documents somebody with the right let pass before (sales: those of an order
    that was released with a reason): ``release(document)`` → whether it may exceed the limit."""
    if release not in _releases:
        _releases.append(release)
    return release


def party_lock(document: Any) -> Party:
    """The party, locked until commit. Raises Refused ``deleted`` when it was put in the bin meanwhile."""
    party = lock_row(Party, document.party_id)
    party_check(party)
    return party


def party_check(party: Party) -> None:
    """Refuse to go on with a party that is in the bin."""
    if party.deleted_at is not None:
        raise Refused(
            _("%(party)s was deleted. Restore the party first.") % {"party": party},
            code="deleted",
            field="party",
        )


def party_hold(document: Any) -> Party:
    """The party, locked until commit; it is tied to this company from now on.

    Raises Refused ``company_locked`` when another company bills it, ``deleted`` when it is in the bin.
    """
    party = party_lock(document)
    company_check(party, document)
    if party.billing_company_id is None:
        party.billing_company_id = document.company_id
        party.save(update_fields=["billing_company", "updated_at"])
    return party


def company_check(party: Party, document: Any) -> None:
    """Refuse a document of another company than the one that bills the party."""
    if party.billing_company_id not in (None, document.company_id):
        raise Refused(
            _("%(party)s is billed by %(company)s. An administrator can release this lock with a reason.")
            % {"party": party, "company": party.billing_company},
            code="company_locked",
            field="company",
        )


def exposure_of(party: Party, document: Any = None) -> Decimal:
    """What the party owes in company currency, advances off, plus what the registered sources add."""
    owed = OpenItem.objects.filter(party=party, side=Side.RECEIVABLE).exclude(open_amount=0)
    total = owed.aggregate(total=Sum("open_base"))["total"] or ZERO
    return total + sum((source(party, document) for source in _sources), ZERO)


def overdue_text(party: Party) -> str:
    """What is said when a due of the party is older than the days that are borne; else empty. One query, none
    without such a rule."""
    if party.overdue_days is None or party.credit_policy == CreditPolicy.ALLOW:
        return ""
    last = company_today() - timedelta(days=party.overdue_days)
    rows = OpenItem.objects.filter(party=party, side=Side.RECEIVABLE, open_amount__gt=0, due_date__lt=last)
    item = rows.order_by("due_date", "id").first()
    if item is None:
        return ""
    return _("%(party)s: %(number)s was due on %(day)s; more than %(days)s days overdue are not borne.") % {
        "party": party,
        "number": item.number,
        "day": show_date(item.due_date),
        "days": party.overdue_days,
    }


def _limit_text(party: Party, document: Any, amount: Decimal) -> str:
    """What is said when ``amount`` more would exceed the party's limit; else empty."""
    limit = party.credit_limit
    if limit is None or party.credit_policy == CreditPolicy.ALLOW:
        return ""
    exposure = exposure_of(party, document)
    if exposure + amount <= limit:
        return ""
    code = document.company.currency.code
    return _(
        "%(party)s owes %(exposure)s; with this %(amount)s it exceeds the credit limit of %(limit)s."
    ) % {
        "party": party,
        "exposure": show_money(round_money(exposure), code),
        "amount": show_money(amount, code),
        "limit": show_money(limit, code),
    }


def credit_check(party: Party, document: Any, amount: Decimal, *, by: Any, reason: str = "") -> None:
    """Refused ``credit_limit`` when ``amount`` more would exceed the limit of a party on hold,
    ``credit_overdue`` when its dues are too old.

    With the policy “warn”, or with a reason from somebody who may exceed limits, the document goes through
    and its timeline says so. No limit: no check.
    """
    for code, detail in (
        ("credit_limit", _limit_text(party, document, amount)),
        ("credit_overdue", overdue_text(party)),
    ):
        if not detail:
            continue
        released = bool(reason.strip()) and may(by, "accounting.exceed_credit_limit")
        released = released or any(release(document) for release in _releases)
        if party.credit_policy == CreditPolicy.HOLD and not released:
            raise Refused(detail, code=code, field="party")
        timeline_add(document, "credit_warning", text=f"{detail} {reason}".strip())
