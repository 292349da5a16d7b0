"""What a statement reads: one company or all of them together; whole, or a cost centre or project."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, NamedTuple

from django.db.models import Q, Sum
from django.utils.translation import gettext as _

from apps.accounting.closing.services import closing_movements
from apps.accounting.ledger.balances import Turnover, turnovers
from apps.accounting.models import Account, JournalLine
from apps.accounting.statements.base import accounts_of
from apps.company.models import Company
from apps.core.money import ZERO
from apps.dimensions.models import CostCentre
from apps.documents.form_fields import chosen_from

Found = dict[int, list[Turnover]]


class CutSums(NamedTuple):
    """Debits and credits of a group of lines up to each of some days."""

    keys: tuple[Any, ...]
    turnovers: list[Turnover]

    @property
    def balances(self) -> list[Decimal]:
        return [cut.balance for cut in self.turnovers]


def cut_sums(rows: Any, days: Sequence[date], *by: str) -> Iterator[CutSums]:
    """Lines summed in the database by these columns, up to each day."""
    sums = {}
    for index, day in enumerate(days):
        sums[f"debit_{index}"] = Sum("base_amount", filter=Q(base_amount__gt=0, date__lte=day))
        sums[f"credit_{index}"] = Sum("base_amount", filter=Q(base_amount__lt=0, date__lte=day))
    for row in rows.values(*by).annotate(**sums).order_by(*by):
        cuts = [Turnover(row[f"debit_{n}"] or ZERO, -(row[f"credit_{n}"] or ZERO)) for n in range(len(days))]
        yield CutSums(tuple(row[name] for name in by), cuts)


@dataclass(frozen=True)
class Books:
    """``accounts`` by code, of a group one for each code; ``whole``: nothing was left out, so it balances;
    ``drills``: an amount stands in one ledger that can be opened."""

    companies: list[Company]
    accounts: list[Account]
    stands_for: dict[int, int]
    centres: list[int]
    project: int | None
    subtitle: str

    @property
    def whole(self) -> bool:
        return not self.centres and self.project is None

    @property
    def together(self) -> bool:
        """Several companies: what they owe and sell each other is taken out."""
        return len(self.companies) > 1

    @property
    def drills(self) -> bool:
        return self.whole and not self.together

    def turnovers(self, days_of: Callable[[Company], Sequence[date]]) -> Found:
        """{account id: turnover up to each day}; the days may differ by company (its fiscal year)."""
        result: Found = {}
        for company in self.companies:
            days = days_of(company)
            found = turnovers(company.pk, days) if self.whole else self._of_lines(company, days)
            for pk, cuts in found.items():
                self._add(result, pk, cuts)
        return result

    def closings(self, first: date, last: date) -> dict[int, Turnover]:
        """{account id: what entries that closed a year moved}; they carry no dimension."""
        result: Found = {}
        for company in self.companies if self.whole else []:
            for pk, moved in closing_movements(company.pk, first, last).items():
                self._add(result, pk, [moved])
        return {pk: cuts[0] for pk, cuts in result.items()}

    def _add(self, result: Found, pk: int, cuts: Sequence[Turnover]) -> None:
        key = self.shown(pk)
        before = result.get(key)
        result[key] = (
            list(cuts) if before is None else [_plus(a, b) for a, b in zip(before, cuts, strict=True)]
        )

    def _of_lines(self, company: Company, days: Sequence[date]) -> Found:
        """The kept balances know no dimension: its lines are summed."""
        rows = self.narrowed(JournalLine.objects.filter(company=company, date__lte=max(days)))
        return {row.keys[0]: row.turnovers for row in cut_sums(rows, days, "account_id")}

    def narrowed(self, rows: Any) -> Any:
        """Ledger lines under the cost centre and project asked for."""
        if self.centres:
            rows = rows.filter(cost_centre_id__in=self.centres)
        return rows if self.project is None else rows.filter(project_id=self.project)

    def shown(self, pk: int) -> int:
        """The account of the statement that stands for this one."""
        return self.stands_for.get(pk, pk)


def _plus(one: Turnover, other: Turnover) -> Turnover:
    return Turnover(one.debit + other.debit, one.credit + other.credit)


def books_of(values: dict[str, Any], user: Any) -> Books:
    """The books that the parameters of a report name."""
    company = values["company"]
    companies = [company]
    if values.get("group"):
        others = chosen_from(Company, user).filter(currency=company.currency_id).exclude(pk=company.pk)
        companies += list(others.order_by("code"))
    accounts, stands_for = _merged(companies)
    centre, project = values.get("cost_centre"), values.get("project")
    parts = [str(item) for item in (centre, project) if item is not None]
    if len(companies) > 1:
        names = ", ".join(str(item) for item in companies)
        parts.insert(0, _("together: %(companies)s") % {"companies": names})
    return Books(
        companies,
        accounts,
        stands_for,
        CostCentre.below([centre.pk]) if centre is not None else [],
        project.pk if project is not None else None,
        " · ".join(parts),
    )


def _merged(companies: Sequence[Company]) -> tuple[list[Account], dict[int, int]]:
    """(accounts by code, {account id: what stands for it}); of a group, one for each code and head."""
    first: dict[tuple[str, str], Account] = {}
    stands_for = {}
    for company in companies:
        for account in accounts_of(company):
            shown = first.setdefault((account.code, account.subtype), account)
            stands_for[account.pk] = shown.pk
    if len(companies) == 1:
        return list(first.values()), {}
    return sorted(first.values(), key=lambda account: (account.code, account.pk)), stands_for
