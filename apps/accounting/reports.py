"""The statements and books that accounting offers: what each asks for."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.accounting.calculation.ageing import EDGES
from apps.accounting.models import Account, Journal
from apps.accounting.payments import report as statement_of_account
from apps.accounting.statements.ageing import payables_ageing, receivables_ageing
from apps.accounting.statements.base import current_year, default_from, default_month, default_to
from apps.accounting.statements.between_report import between_companies
from apps.accounting.statements.books import cash_book, day_book, general_ledger
from apps.accounting.statements.gaps import number_gaps
from apps.accounting.statements.opening import opening_report
from apps.accounting.statements.proof import books_proof
from apps.accounting.statements.results import balance_sheet, profit_and_loss
from apps.accounting.statements.trial_balance import trial_balance
from apps.company.models import FiscalYear
from apps.core.admin.menu import register_page
from apps.datatools.reports import Param, Report, register_report
from apps.datatools.reports.definition import registered
from apps.dimensions.models import CostCentre, Project
from apps.parties.models import Party

SEE = ("accounting.view_reports",)
COMPANY = Param("company", _("Company"), "company", required=True)
TO = Param("to", _("To"), "date", default=default_to, aliases=("on",))
FROM = Param("from", _("From"), "date", default=default_from)
FROM_MONTH = Param("from", _("From"), "date", default=default_month)
COMPARE = Param(
    "compare",
    _("Compare with"),
    "choice",
    choices=(("previous_year", _("the year before")), ("previous_period", _("the period before"))),
)
PARTY = Param("party", _("Party"), "record", model=Party)

DIMENSIONS = (
    Param("cost_centre", _("Cost centre"), "record", model=CostCentre),
    Param("project", _("Project"), "record", model=Project),
)
GROUP = Param(
    "group",
    _("All my companies of this currency together"),
    "flag",
    default=lambda _v: False,
)


def account_param(*, required: bool) -> Param:
    return Param(
        "account",
        _("Account"),
        "record",
        required=required,
        model=Account,
        lookup={"query": "is_group=false", "label": ["code", "name"], "sub": "account_type"},
    )


register_report(
    Report(
        "accounting",
        "trial-balance",
        _("Trial balance"),
        SEE,
        (
            COMPANY,
            TO,
            FROM,
            Param("before_closing", _("Before the closing entry"), "flag", default=lambda _v: False),
            Param("zero", _("Accounts without amounts"), "flag", default=lambda _v: False),
            *DIMENSIONS,
            GROUP,
        ),
        trial_balance,
        icon="balance",
        landscape=True,
    )
)
register_report(
    Report(
        "accounting",
        "number-gaps",
        _("Numbers: used, cancelled, missing"),
        SEE,
        (COMPANY, TO, FROM),
        number_gaps,
        icon="format_list_numbered",
        slow=True,
    )
)
register_report(
    Report(
        "accounting",
        "opening-balances",
        _("Opening balances"),
        SEE,
        (COMPANY,),
        opening_report,
        icon="start",
    )
)
register_report(
    Report(
        "accounting",
        "profit-and-loss",
        _("Profit and loss"),
        SEE,
        (COMPANY, TO, FROM, COMPARE, *DIMENSIONS, GROUP),
        profit_and_loss,
        icon="trending_up",
    )
)
register_report(
    Report(
        "accounting",
        "balance-sheet",
        _("Balance sheet"),
        SEE,
        (
            COMPANY,
            Param("on", _("On"), "date", default=default_to, aliases=("to",)),
            Param("from", _("From"), "date", hidden=True),
            Param("compare", _("Compare with"), "choice", choices=COMPARE.choices[:1]),
            GROUP,
        ),
        balance_sheet,
        icon="account_balance",
    )
)
register_report(
    Report(
        "accounting",
        "between-companies",
        _("Between the companies"),
        SEE,
        (COMPANY, TO, FROM),
        between_companies,
        icon="compare_arrows",
    )
)
register_report(
    Report(
        "accounting",
        "general-ledger",
        _("General ledger"),
        SEE,
        (
            COMPANY,
            TO,
            FROM,
            account_param(required=True),
            PARTY,
            *DIMENSIONS,
        ),
        general_ledger,
        icon="menu_book",
        landscape=True,
    )
)
register_report(
    Report(
        "accounting",
        "day-book",
        _("Day book"),
        SEE,
        (
            COMPANY,
            TO,
            FROM_MONTH,
            Param("journal", _("Journal"), "record", model=Journal),
        ),
        day_book,
        icon="today",
        landscape=True,
    )
)
register_report(
    Report(
        "accounting",
        "cash-book",
        _("Cash and bank book"),
        SEE,
        (
            COMPANY,
            TO,
            FROM_MONTH,
            Param(
                "kind",
                _("Book"),
                "choice",
                default=lambda _values: "cash",
                choices=(("cash", _("Cash")), ("bank", _("Bank")), ("both", _("Cash and bank"))),
            ),
            account_param(required=False),
        ),
        cash_book,
        icon="payments",
        landscape=True,
    )
)
_AGEING = (
    COMPANY,
    Param("on", _("On"), "date", default=default_to, aliases=("to",)),
    Param("from", _("From"), "date", hidden=True),
    Param(
        "by",
        _("Age by"),
        "choice",
        default=lambda _values: "due",
        choices=(("due", _("due date")), ("date", _("document date"))),
    ),
    Param("buckets", _("Days"), "edges", default=lambda _values: EDGES),
    PARTY,
    Param("detail", _("Documents"), "flag", default=lambda _values: False),
)
for _key, _title, _build in (
    ("receivables-ageing", _("Receivables ageing"), receivables_ageing),
    ("payables-ageing", _("Payables ageing"), payables_ageing),
):
    register_report(
        Report(
            "accounting",
            _key,
            _title,
            ("accounting.view_reports", "accounting.view_ageing"),
            _AGEING,
            _build,
            icon="hourglass_bottom",
            landscape=True,
        )
    )
register_report(
    Report(
        "accounting",
        "books-proof",
        _("Proof of the books"),
        ("accounting.verify_ledger",),
        (
            COMPANY,
            Param("on", _("On"), "date", default=default_to, hidden=True),
            Param("year", _("Fiscal year"), "record", model=FiscalYear, default=current_year),
        ),
        books_proof,
        icon="verified",
        slow=True,
    )
)
for _report in registered().values():
    if _report.app == "accounting":
        register_page(
            "accounting",
            _report.url_name,
            _report.title,
            icon=_report.icon,
            permission=_report.permissions[-1],
        )

__all__ = ["statement_of_account"]
