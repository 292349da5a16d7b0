"""What a report is: parameters, and a function from their values to columns, rows and proofs."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any, Literal

from django.db import models

from apps.company.models import Company
from apps.core.access import may
from apps.core.registry import load_modules

RowKind = Literal["normal", "section", "subtotal", "total", "strong", "muted"]
ColumnKind = Literal["text", "money", "balance", "quantity", "rate", "integer", "date", "percent"]


@dataclass(frozen=True)
class Param:
    """kind: company, date, choice, record (of ``model``), text, flag or edges (rising days).

    ``default(values)`` sees the parameters before it. ``aliases`` are other names in the address.
    A record is looked up through the API resource of its model; ``lookup`` is what the report wants
    otherwise of what docs/frontend.md names, ``query`` narrows the rows.
    """

    name: str
    label: Any
    kind: Literal["company", "date", "choice", "record", "text", "flag", "edges"] = "text"
    required: bool = False
    default: Callable[[dict[str, Any]], Any] | None = None
    choices: tuple[tuple[str, Any], ...] = ()
    model: type[models.Model] | None = None
    aliases: tuple[str, ...] = ()
    lookup: dict[str, Any] = field(default_factory=dict)
    hidden: bool = False


@dataclass(frozen=True)
class Column:
    """``balance``: money of a ledger, read as Dr or Cr by people, signed (debit positive) for machines.
    ``rate``: the price or cost of one unit, with four decimals for people."""

    key: str
    label: Any
    kind: ColumnKind = "text"
    weight: float = 0

    @property
    def numeric(self) -> bool:
        return self.kind not in ("text", "date")

    @property
    def currency(self) -> bool:
        return self.kind in ("money", "balance")


@dataclass(frozen=True)
class ReportLink:
    """Drill into another report with these parameters."""

    key: str
    values: dict[str, Any]


@dataclass(frozen=True)
class Record:
    """Drill to a record by its kind and id."""

    kind: str
    pk: int


@dataclass
class Row:
    """``cells`` holds the columns' values and whatever else the API shows; ``links`` the drill by column."""

    cells: dict[str, Any]
    kind: RowKind = "normal"
    level: int = 0
    links: dict[str, ReportLink | Record] = field(default_factory=dict)


@dataclass(frozen=True)
class Check:
    """A proof that the report carries with it: ``difference`` must be nothing."""

    label: Any
    difference: Any

    @property
    def passed(self) -> bool:
        return not self.difference


@dataclass
class Answer:
    """A report worked out. ``more`` is the cursor of the next part when rows were held back."""

    columns: list[Column]
    rows: list[Row]
    totals: dict[str, Any] = field(default_factory=dict)
    checks: list[Check] = field(default_factory=list)
    company: Company | None = None
    period: str = ""
    subtitle: str = ""
    notes: str = ""
    more: str = ""
    extra: dict[str, Any] = field(default_factory=dict)

    @property
    def balanced(self) -> bool:
        return all(check.passed for check in self.checks)


@dataclass(frozen=True)
class Report:
    """``build(values, user)`` gives the answer; rows only of what the user may see. A ``slow`` one is worked
    out by a job (``stored``) and reports to ``values["progress"](done, total)``. ``steps(values, user)``:
    [(title, address)] of what can be done with the answer (mail a statement), buttons of its page."""

    app: str
    key: str
    title: Any
    permissions: tuple[str, ...]  # any of them
    params: tuple[Param, ...]
    build: Callable[[dict[str, Any], Any], Answer]
    icon: str = "table_chart"
    landscape: bool = False
    slow: bool = False
    steps: Callable[[dict[str, Any], Any], list[tuple[Any, str]]] | None = None

    @property
    def name(self) -> str:
        return f"{self.app}/{self.key}"

    @property
    def url_name(self) -> str:
        return f"report_{self.app}_{self.key}"


_reports: dict[str, Report] = {}


def register_report(report: Report) -> Report:
    """Called from an app's ``reports.py``."""
    _reports[report.name] = report
    return report


def report_allowed(report: Report, user: Any) -> bool:
    """Whether this person may see the report."""
    return any(may(user, code) for code in report.permissions)


def registered() -> dict[str, Report]:
    """What was registered so far, without loading more."""
    return dict(_reports)


def reports() -> dict[str, Report]:
    """Every report by ``app/key``, in the order of registration."""
    load_modules("reports")
    return registered()
