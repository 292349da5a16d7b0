"""Changing typed settings and taking them back to what they come with."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.cache import cache
from django.db import connection, transaction
from django.db.models import F, QuerySet, Window
from django.db.models.functions import Lag
from django.utils.translation import gettext as _

from apps.company.models import Company, SettingValue
from apps.core.access import access_of, may
from apps.core.errors import ErrorList, InvalidInput, NotAllowed
from apps.core.locks import advisory_lock
from apps.core.modules import module_key_of_app
from apps.core.scope import record_filter
from apps.core.tenant import switch_on
from apps.core.typed_settings import Kept, Setting, setting_named, settings_declared

SHOWN = 30
CACHE_SECONDS = 10
_CACHED = "company.settings"


def settings_kept(keys: list[str], company_id: int | None) -> Kept:
    """The store behind ``core.typed_settings``: what was set, of the organisation and of one company.

    All values of the organisation are kept in the cache for some seconds: documents ask for them all the
    time. A change holds at once in the process that made it, in others within ``CACHE_SECONDS``.

    A transaction that changed settings reads them itself and leaves the cache alone until it is committed:
    what is rolled back is served to nobody.
    """
    changing = _changed_here()
    every = None if changing else cache.get(_CACHED)
    if every is None:
        every = list(SettingValue.objects.values_list("key", "company_id", "value"))
        if not changing:
            cache.set(_CACHED, every, CACHE_SECONDS)
    kept = Kept()
    for key, company, value in every:
        if key in keys and company in (None, company_id):
            (kept.organisation if company is None else kept.company)[key] = value
    return kept


def settings_forget() -> None:
    """Read the values anew once the change is committed; in this transaction at once."""
    transaction.on_commit(_forget)


def _forget() -> None:
    cache.delete(_CACHED)


def _changed_here() -> bool:
    """Whether the transaction in progress changed settings; Django drops the call when it is rolled back."""
    return any(call is _forget for _savepoints, call, _robust in connection.run_on_commit)


def settings_permission(app_label: str) -> str:
    return f"{app_label}.change_settings"


def settings_apps(user: Any) -> list[str]:
    """Apps whose settings this user may change: their module is on and he holds their permission."""
    found = dict.fromkeys(item.app for item in settings_declared())
    return [app for app in found if may(user, settings_permission(app))]


def settings_companies(user: Any) -> QuerySet[Company]:
    """The companies whose settings this user may change: those he is not shut out of."""
    return Company.objects.filter(record_filter(Company, access_of(user)), deleted_at=None)


def settings_save(
    app_label: str, values: Mapping[str, Any], *, company: Company | None = None, by: Any
) -> list[str]:
    """Set some settings of an app, by their names; gives the names of those that changed.

    All or none: InvalidInput names each setting that is unknown or has a bad value. NotAllowed without the
    permission of the app, when its module is off, and for who is limited to some companies where all or
    another one is meant.
    """
    _allow(app_label, company, by)
    errors, clean = ErrorList(), []
    known = {item.name: item for item in settings_declared(app_label)}
    for name, value in values.items():
        item = known.get(name)
        if item is None:
            errors.add(name, _("There is no such setting."), "unknown")
        elif company is not None and not item.per_company:
            errors.add(name, _("This holds for the whole organisation."), "not_per_company")
        else:
            try:
                clean.append((item, item.check(value)))
            except InvalidInput as error:
                errors.items.extend(error.errors)
    errors.raise_if_any()
    changed = [item.name for item, value in clean if _set(item, value, company)]
    settings_forget()
    return changed


def setting_reset(key: str, *, company: Company | None = None, by: Any) -> bool:
    """Back to the default (of a company: to what holds for all). Whether anything was set before."""
    item = setting_named(key)
    _allow(item.app, company, by)
    row = _row(item, company)
    if row is None:
        return False
    row.delete()
    settings_forget()
    return True


def _allow(app_label: str, company: Company | None, by: Any) -> None:
    if not switch_on(module_key_of_app(app_label)) or not may(by, settings_permission(app_label)):
        raise NotAllowed(_("You may not change these settings."))
    own = access_of(by).company_ids
    if own is not None and (company is None or company.pk not in own):
        raise NotAllowed(_("You may change settings of your own companies only."))


def _row(item: Setting, company: Company | None) -> SettingValue | None:
    """The kept value, if any, with the place of its row held: two at once are let in one after the other."""
    advisory_lock(f"setting:{item.key}:{company.pk if company else 0}")
    return SettingValue.objects.filter(key=item.key, company=company).first()


def _set(item: Setting, value: Any, company: Company | None) -> bool:
    """Keep a value. One that is what already holds at this level makes no row and no history."""
    row = _row(item, company)
    if row is not None:
        if row.value == value:
            return False
        row.value = value
        row.save()
        return True
    above = SettingValue.objects.filter(key=item.key, company=None).first() if company else None
    if (above.value if above else item.default) == value:
        return False
    SettingValue.objects.create(key=item.key, company=company, value=value)
    return True


@dataclass(frozen=True)
class Change:
    """One line of the history of an app's settings; the values as people read them."""

    at: datetime
    who: str
    title: str
    company: str
    before: str
    after: str


def settings_changes(app_label: str) -> list[Change]:
    """The last changes of an app's settings, newest first."""
    history = SettingValue.history.model  # type: ignore[attr-defined]  # the history library adds it at run time
    before = Window(Lag("value"), partition_by=[F("key"), F("company_id")], order_by="history_id")
    kind = Window(Lag("history_type"), partition_by=[F("key"), F("company_id")], order_by="history_id")
    rows = history.objects.filter(key__startswith=f"{app_label}.").annotate(before=before, before_kind=kind)
    names = dict(Company.objects.values_list("pk", "trade_name"))
    known = {item.key: item for item in settings_declared(app_label)}
    rows = [row for row in rows.order_by("-history_id")[:SHOWN] if row.key in known]
    return [_change(row, known[row.key], names) for row in rows]


def _change(row: Any, item: Setting, companies: dict[int, str]) -> Change:
    unset = _("as it comes") if row.company_id is None else _("as for all")
    was_set = row.before_kind in ("+", "~")
    return Change(
        at=row.history_date,
        who=row.actor_label or row.actor_kind,
        title=str(item.title),
        company=companies.get(row.company_id, ""),
        before=item.shown(row.before) if was_set else unset,
        after=unset if row.history_type == "-" else item.shown(row.value),
    )
