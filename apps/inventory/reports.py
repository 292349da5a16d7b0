"""The reports that inventory offers: what each asks for."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext_lazy as _

from apps.catalog.models import Category, Product
from apps.company.selectors import company_today
from apps.core.admin.menu import register_page
from apps.datatools.reports import Param, Report, register_report
from apps.inventory.models import Place
from apps.inventory.statements import item_statement, stock_statement, stock_valuation


def _today(values: dict[str, Any]) -> Any:
    return company_today()


def _month(values: dict[str, Any]) -> Any:
    return values["to"].replace(day=1)


def _year(values: dict[str, Any]) -> Any:
    end, month = values["to"], values["company"].fiscal_year_start
    return end.replace(year=end.year if end.month >= month else end.year - 1, month=month, day=1)


COMPANY = Param("company", _("Company"), "company", required=True)
TO = Param("to", _("To"), "date", default=_today, aliases=("on",))
PLACE = Param("place", _("Place"), "record", model=Place)
CATEGORY = Param("category", _("Category"), "record", model=Category)
PRODUCT = Param(
    "product",
    _("Product"),
    "record",
    required=True,
    model=Product,
    lookup={"label": ["code", "name"], "sub": "hsn"},
)

register_report(
    Report(
        "inventory",
        "stock-statement",
        _("Stock statement"),
        ("inventory.view_stockrow",),
        (COMPANY, TO, Param("from", _("From"), "date", default=_month), PLACE, CATEGORY),
        stock_statement,
        icon="inventory",
        landscape=True,
    )
)
register_report(
    Report(
        "inventory",
        "stock-valuation",
        _("Stock valuation"),
        ("inventory.view_valuation",),
        (COMPANY, Param("on", _("On"), "date", default=_today, aliases=("to",)), PLACE, CATEGORY),
        stock_valuation,
        icon="price_check",
    )
)
register_report(
    Report(
        "inventory",
        "item-ledger",
        _("Item ledger"),
        ("inventory.view_stockmove",),
        (COMPANY, TO, Param("from", _("From"), "date", default=_year), PRODUCT, PLACE),
        item_statement,
        icon="receipt_long",
        landscape=True,
    )
)
for _key, _title, _icon, _permission in (
    ("stock-statement", _("Stock statement"), "inventory", "inventory.view_stockrow"),
    ("stock-valuation", _("Stock valuation"), "price_check", "inventory.view_valuation"),
    ("item-ledger", _("Item ledger"), "receipt_long", "inventory.view_stockmove"),
):
    register_page("inventory", f"report_inventory_{_key}", _title, icon=_icon, permission=_permission)
