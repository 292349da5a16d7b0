"""What the companies of a group owe and sell each other, which their statements together leave out.

Each side is read from its own books: what stands there on receivables, payables, loans and advances of a
party that is another company of the group, and the income and costs of the entries that such a balance
belongs to. What was bought into stock or assets is taken out of the cost of goods sold, against the seller's
income; the profit that still lies in such goods is not. Where the two sides differ, the difference stays and
is shown.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext as _

from apps.accounting.choices import Control, Subtype
from apps.accounting.models import AccountRole, JournalLine
from apps.accounting.statements.base import NIL, OF_THE_YEAR
from apps.accounting.statements.reading import Books, cut_sums
from apps.company.models import Company
from apps.core.money import ZERO
from apps.datatools.reports import Check
from apps.parties.models import Party
from apps.parties.selectors import parties_of_companies

OWED = (Control.RECEIVABLE, Control.PAYABLE)
LENT = (
    Subtype.OTHER_NON_CURRENT_ASSET, Subtype.OTHER_CURRENT_ASSET, Subtype.LONG_TERM_LOAN,
    Subtype.SHORT_TERM_LOAN, Subtype.OTHER_NON_CURRENT_LIABILITY, Subtype.OTHER_CURRENT_LIABILITY,
)  # fmt: skip
KEPT = (Subtype.INVENTORY, Subtype.FIXED_ASSET)
GOODS_AWAITED, COST, STATES_TAX = "stock_received_not_billed", "cost_of_sales", "gst_not_creditable"

Cuts = list[Decimal]
Pair = tuple[int, int]


@dataclass
class Between:
    """By (company, the other one): {account: what stands or moved there at each cut, debit-positive}."""

    books: Books
    parties: dict[int, int]
    owed: dict[Pair, dict[int, Cuts]] = field(default_factory=dict)
    moved: dict[Pair, dict[int, Cuts]] = field(default_factory=dict)

    def out(self, index: int, *, owed: bool = False, moved: bool = False) -> dict[int, Decimal]:
        """{account of the statement: what is taken out of its balance} at a cut."""
        found: dict[int, Decimal] = defaultdict(lambda: NIL)
        for part in (*((self.owed,) if owed else ()), *((self.moved,) if moved else ())):
            for accounts in part.values():
                for pk, cuts in accounts.items():
                    found[self.books.shown(pk)] -= cuts[index]
        return found

    def owed_apart(self, index: int) -> Decimal:
        """By how much what the companies owe each other differs: + who is owed says more."""
        return _sum(self.owed, index)

    def moved_apart(self, index: int) -> Decimal:
        """By how much costs exceed the income that the companies booked from each other."""
        return _sum(self.moved, index)

    def checks(self, index: int | None, results: tuple[int, ...] = ()) -> list[Check]:
        """The two sides agree: balances at ``index``, income and costs between two cuts."""
        if not self.parties or not self.books.whole:
            return []
        checks = []
        if index is not None:
            checks.append(Check(_("The companies owe each other the same"), self.owed_apart(index)))
        if results:
            first, last = results
            apart = self.moved_apart(last) - self.moved_apart(first)
            checks.append(Check(_("The companies booked the same from each other"), apart))
        return checks

    def note(self) -> str:
        """For the foot of a statement: who stands for whom, and what stays in."""
        if not self.parties:
            return _("No party stands for another company of the group: nothing was taken out.")
        names = {company.pk: str(company) for company in self.books.companies}
        rows = Party.objects.filter(pk__in=self.parties).order_by("display_name")
        pairs = ", ".join(f"{row.display_name} = {names[self.parties[row.pk]]}" for row in rows)
        return _(
            "Taken out: what the companies owe each other and booked as income and costs from each other "
            "(%(pairs)s). Profit in goods and assets that one of them still holds from another is not."
        ) % {"pairs": pairs}


def between_of(books: Books, days_of: Callable[[Company], Sequence[date]], *, results: bool) -> Between:
    """Read both sides: balances up to each day, and (``results``) what moved after the first of the days."""
    ids = {company.pk for company in books.companies}
    parties = {party: pk for party, pk in parties_of_companies().items() if pk in ids}
    found = Between(books, parties)
    if len(ids) < 2 or not parties:
        return found
    roles = _roles(books.companies)
    for company in books.companies:
        days = days_of(company)
        others = {party: pk for party, pk in parties.items() if pk != company.pk}
        _owed(found, company, others, days)
        if results:
            for other in set(others.values()):
                named = [party for party, pk in others.items() if pk == other]
                _moved(found, (company.pk, other), named, days, roles[company.pk])
    return found


def _owed(found: Between, company: Company, others: dict[int, int], days: Sequence[date]) -> None:
    own = JournalLine.objects.filter(company=company, date__lte=max(days), party_id__in=list(others))
    rows = found.books.narrowed(own).filter(_LENT_OR_OWED)
    for row in cut_sums(rows, days, "party_id", "account_id"):
        _add(found.owed, (company.pk, others[row.keys[0]]), row.keys[1], row.balances)


_LENT_OR_OWED = Q(account__control__in=OWED) | Q(account__subtype__in=LENT)


def _moved(
    found: Between, pair: Pair, parties: list[int], days: Sequence[date], roles: dict[str, int]
) -> None:
    """Income and costs of the entries between the two; an entry with other parties, or of money (what a bank
    charged), isn't between them, nor is tax that the buyer can't credit: the state got it."""
    own = JournalLine.objects.filter(company_id=pair[0], date__gt=min(days), date__lte=max(days))
    entries = own.filter(_LENT_OR_OWED, party_id__in=parties).values("entry_id")
    same = JournalLine.objects.filter(entry_id=OuterRef("entry_id"))
    others = same.filter(account__control__in=OWED).exclude(party_id__in=parties)
    money = same.filter(account__control__in=(Control.BANK, Control.CASH))
    cost = roles.get(COST)
    wanted = Q(account__account_type__in=OF_THE_YEAR)
    if cost is not None:
        wanted |= Q(account__subtype__in=KEPT) | Q(account_id=roles.get(GOODS_AWAITED, 0))
    rows = found.books.narrowed(own).filter(wanted, entry_id__in=entries)
    rows = rows.exclude(account_id=roles.get(STATES_TAX, 0))
    for row in cut_sums(rows.exclude(Exists(others)).exclude(Exists(money)), days, "account_id", _TYPE):
        pk, kind = row.keys
        account = pk if kind in OF_THE_YEAR or cost is None else cost
        _add(found.moved, pair, account, row.balances)


_TYPE = "account__account_type"


def _roles(companies: Sequence[Company]) -> dict[int, dict[str, int]]:
    result: dict[int, dict[str, int]] = {company.pk: {} for company in companies}
    rows = AccountRole.objects.filter(company__in=companies, role__in=(GOODS_AWAITED, COST, STATES_TAX))
    for company, role, account in rows.values_list("company_id", "role", "account_id"):
        result[company][role] = account
    return result


def _add(into: dict[Pair, dict[int, Cuts]], pair: Pair, account: int, cuts: Cuts) -> None:
    accounts = into.setdefault(pair, {})
    before = accounts.get(account)
    accounts[account] = cuts if before is None else [a + b for a, b in zip(before, cuts, strict=True)]


def _sum(part: dict[Pair, dict[int, Cuts]], index: int) -> Decimal:
    return sum((cuts[index] for accounts in part.values() for cuts in accounts.values()), ZERO) + NIL


def side_of(part: dict[Pair, dict[int, Cuts]], pair: Pair, index: int) -> Decimal:
    """What one company's books say of another: the sum of its accounts at a cut."""
    return sum((cuts[index] for cuts in part.get(pair, {}).values()), NIL)


def pairs_of(found: Between) -> list[tuple[Any, Any]]:
    """Each two companies that have anything between them, once, in the order of the books."""
    companies = found.books.companies
    used = {frozenset(pair) for part in (found.owed, found.moved) for pair in part}
    return [
        (one, other)
        for index, one in enumerate(companies)
        for other in companies[index + 1 :]
        if frozenset((one.pk, other.pk)) in used
    ]
