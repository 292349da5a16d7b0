"""The set-up checklist: what a new organisation still lacks, with ticks that come by themselves.

An app adds its items in ``checklist.py``: ``register_checklist_item("first_party", _("First customer"),
"admin:parties_party_add", done, permission="parties.add_party")``.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.core.cache import cache
from django.urls import NoReverseMatch, reverse
from django.utils.translation import gettext_lazy as _

from apps.company.models import BankAccount, Company
from apps.core.access import may
from apps.core.modules import module_key_of_app
from apps.core.registry import load_modules
from apps.core.tenant import switch_on

_COMPLETE = "portal.checklist.complete"


@dataclass(frozen=True)
class ChecklistItem:
    """``url`` is the name of a page, or a function that gives an address; ``done`` asks the database once."""

    key: str
    title: Any
    url: str | Callable[[], str]
    done: Callable[[], bool]
    permission: str
    order: int = 100


_items: dict[str, ChecklistItem] = {}


def register_checklist_item(
    key: str,
    title: Any,
    url: str | Callable[[], str],
    done: Callable[[], bool],
    *,
    permission: str,
    order: int = 100,
) -> None:
    """Add an item; shown to who holds ``permission`` while its module is on."""
    _items[key] = ChecklistItem(key, title, url, done, permission, order)


def checklist_of(user: Any) -> dict[str, Any]:
    """``entries`` for this user (key, title, url, done), ``done`` and ``total``; empty when all are done."""
    load_modules("checklist")
    if cache.get(_COMPLETE):
        return {}
    entries = [
        {"key": item.key, "title": item.title, "url": _address(item), "done": item.done()}
        for item in sorted(_items.values(), key=lambda item: item.order)
        if switch_on(module_key_of_app(item.permission.split(".", 1)[0])) and may(user, item.permission)
    ]
    done = sum(1 for item in entries if item["done"])
    if len(entries) == len(_items) == done:
        cache.set(_COMPLETE, True, 3600)
    return {"entries": entries, "done": done, "total": len(entries)} if done < len(entries) else {}


def _address(item: ChecklistItem) -> str:
    if callable(item.url):
        return item.url()
    try:
        return reverse(item.url)
    except NoReverseMatch:
        return "/admin/"


# --- items about the company, which lies below --------------------------------------------------------


def _company_page() -> str:
    first = Company.objects.filter(deleted_at=None).order_by("pk").values_list("pk", flat=True).first()
    if first is None:
        return reverse("admin:company_company_add")
    return reverse("admin:company_company_change", args=[first])


def _companies() -> Any:
    return Company.objects.filter(deleted_at=None)


_COMPANY_ITEMS = (
    ("company", _("Company with its address"), lambda: _companies().exclude(addresses=None).exists()),
    ("gstin", _("GSTIN"), lambda: _companies().exclude(gstin="").exists()),
    ("bank_account", _("Bank account printed on invoices"),
     lambda: BankAccount.objects.filter(is_primary=True).exists()),
    ("logo", _("Logo"), lambda: _companies().exclude(logo_file_id=None).exists()),
)  # fmt: skip
for _number, (_key, _title, _done) in enumerate(_COMPANY_ITEMS):
    register_checklist_item(
        _key, _title, _company_page, _done, permission="company.change_company", order=10 + _number
    )
