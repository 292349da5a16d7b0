"""Parameters of a report from an address, checked and scoped. Every fault is named, nothing is guessed."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.db import models
from django.utils.translation import gettext as _

from apps.company.models import Company
from apps.core.access import access_of
from apps.core.errors import ErrorList, InvalidInput
from apps.core.keys import key_read
from apps.core.scope import record_filter
from apps.datatools.reports.definition import Param, Report

CONTROL = {"format", "cursor", "limit"}
_FIRST, _LAST = date(1950, 1, 1), date(2199, 12, 31)


def companies_of(user: Any) -> Any:
    """Companies that a user works for, also without the right to change them."""
    return Company.objects.filter(record_filter(Company, access_of(user)), deleted_at=None).order_by("code")


def values_read(report: Report, raw: Mapping[str, str], user: Any) -> dict[str, Any]:
    """The values of all parameters. Raises InvalidInput naming each wrong or unknown one."""
    errors = ErrorList()
    values: dict[str, Any] = {"user": user}
    names = {name for param in report.params for name in (param.name, *param.aliases)}
    for name in raw:
        if name not in names and name not in CONTROL:
            errors.add(name, _("Unknown parameter."), "unknown")
    for param in report.params:
        text = next((raw[n].strip() for n in (param.name, *param.aliases) if raw.get(n, "").strip()), "")
        try:
            values[param.name] = _value(param, text, values, user)
        except InvalidInput as error:
            values[param.name] = None
            for item in error.errors:
                errors.add(param.name, item.detail, item.code)
    if values.get("from") and values.get("to") and values["from"] > values["to"]:
        errors.add("to", _("The period ends before it begins."), "min_value")
    errors.raise_if_any()
    values["cursor"], values["limit"] = raw.get("cursor", ""), _limit(raw.get("limit", ""))
    return values


def _limit(text: str) -> int:
    if not text:
        return 1000
    if not text.isascii() or not text.isdigit() or not 1 <= int(text[:9]) <= 5000:
        raise InvalidInput(_("Must be a number from 1 to 5000."), field="limit")
    return int(text)


def _value(param: Param, text: str, values: dict[str, Any], user: Any) -> Any:
    if "\x00" in text or len(text) > 200:
        raise InvalidInput(_("Invalid text."))
    if param.kind == "company":
        return _company(text, user)
    if not text:
        if param.required:
            raise InvalidInput(_("This parameter is required."), code="required")
        return _default(param, values)
    return _READERS[param.kind](param, text, values)


def _default(param: Param, values: dict[str, Any]) -> Any:
    if param.default is None:
        return None
    try:
        return param.default(values)
    except AttributeError:  # a parameter before it is missing: that fault is reported already
        return None


def _company(text: str, user: Any) -> Company:
    """By id or code; the only one when the user has only one. Never silently all of them."""
    rows = companies_of(user)
    if text:
        key = key_read(text)
        company = (rows.filter(code=text) if key is None else rows.filter(pk=key)).first()
        if company is None:
            raise InvalidInput(_("There is no such company."), code="not_found")
        return company
    some = list(rows[:2])
    if len(some) != 1:
        raise InvalidInput(_("Please name a company."), code="required")
    return some[0]


def _date(param: Param, text: str, values: dict[str, Any]) -> date:
    try:
        day = date.fromisoformat(text)
    except ValueError as error:
        raise InvalidInput(_("This is not a date (YYYY-MM-DD).")) from error
    if not _FIRST <= day <= _LAST:
        raise InvalidInput(_("This date is out of range."))
    return day


def _choice(param: Param, text: str, values: dict[str, Any]) -> str:
    if text not in dict(param.choices):
        raise InvalidInput(_("Not one of the choices."), code="choice")
    return text


def _flag(param: Param, text: str, values: dict[str, Any]) -> bool:
    if text.lower() not in ("true", "false", "1", "0", "on", "yes", "no"):
        raise InvalidInput(_("Must be true or false."))
    return text.lower() in ("true", "1", "on", "yes")


def _edges(param: Param, text: str, values: dict[str, Any]) -> tuple[int, ...]:
    parts = [part.strip() for part in text.split(",")]
    if not all(part.isascii() and part.isdigit() and len(part) < 5 for part in parts) or len(parts) > 8:
        raise InvalidInput(_("Give rising numbers of days such as 30,60,90."))
    edges = tuple(int(part) for part in parts)
    if list(edges) != sorted(set(edges)) or edges[0] < 1:
        raise InvalidInput(_("Give rising numbers of days such as 30,60,90."))
    return edges


def _record(param: Param, text: str, values: dict[str, Any]) -> models.Model:
    """A record by id (or code) that the user may see, of the chosen company where it has one. The id comes
    first: links carry it, and another record's code may be the same number."""
    model = param.model
    assert model is not None  # noqa: S101 - a mistake in the definition
    names = {field.name for field in model._meta.concrete_fields}
    rows = model._default_manager.filter(record_filter(model, access_of(values["user"])))
    if "company" in names and values.get("company") is not None:
        rows = rows.filter(company=values["company"])
    row = rows.filter(pk=key_read(text)).first()
    if row is None and "code" in names:
        row = rows.filter(code=text).order_by("pk").first()
    if row is None:
        raise InvalidInput(_("There is no such record: %(id)s.") % {"id": text}, code="not_found")
    return row


def _text(param: Param, text: str, values: dict[str, Any]) -> str:
    return text


_READERS = {
    "date": _date,
    "choice": _choice,
    "flag": _flag,
    "edges": _edges,
    "record": _record,
    "text": _text,
}
