"""Typed settings: what an organisation, or one of its companies, may have otherwise than it comes.

An app declares its settings in its ``settings.py`` and asks for them by name::

    register_settings("sales", [
        WholeNumber("quotation_days", _("Quotations are valid for"), 30, least=1, most=365, per_company=True),
    ])
    setting("sales.quotation_days", company_id=order.company_id)

The pages and the API of settings are made of these declarations. Values are kept by ``company``; a value
of a company wins over that of the organisation, which wins over the default. A read costs
one query at most.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from typing import Any, ClassVar

from django import forms
from django.utils.translation import gettext as _

from apps.core.errors import InvalidInput
from apps.core.registry import load_modules
from apps.core.tenant import is_public

_COLOUR = re.compile(r"#[0-9a-fA-F]{6}")


@dataclass(frozen=True, kw_only=True)
class _More:
    """help: a sentence below the field. group: heading on the page. per_company: companies may differ."""

    help: Any = ""
    group: Any = ""
    per_company: bool = False
    app: str = ""


@dataclass(frozen=True)
class Setting(_More, ABC):
    """One setting of an app. ``check`` turns what was sent into what is kept, or raises InvalidInput."""

    name: str
    title: Any
    default: Any
    type_name: ClassVar[str] = "text"

    @property
    def key(self) -> str:
        return f"{self.app}.{self.name}"

    @abstractmethod
    def check(self, value: Any) -> Any:
        """What is kept of what was sent."""

    @abstractmethod
    def form_field(self) -> forms.Field:
        """The field of the settings page."""

    def shown(self, value: Any) -> str:
        """As people read it."""
        return str(value)

    def refuse(self, text: str, code: str = "invalid") -> InvalidInput:
        return InvalidInput(text, field=self.name, code=code)

    def _labels(self) -> dict[str, Any]:
        return {"label": self.title, "help_text": self.help, "required": False}


@dataclass(frozen=True)
class WholeNumber(Setting):
    """A whole number from ``least`` to ``most``; ``unit`` is written behind it (days)."""

    least: int = 0
    most: int = 1_000_000
    unit: Any = ""
    type_name: ClassVar[str] = "integer"

    def check(self, value: Any) -> int:
        if isinstance(value, bool) or not isinstance(value, int):
            raise self.refuse(_("A whole number is needed."))
        if not self.least <= value <= self.most:
            limits = {"least": self.least, "most": self.most}
            raise self.refuse(_("From %(least)s to %(most)s.") % limits, "out_of_range")
        return value

    def form_field(self) -> forms.Field:
        return forms.IntegerField(**self._labels() | {"required": True})

    def shown(self, value: Any) -> str:
        return f"{value} {self.unit}".strip()


@dataclass(frozen=True)
class Switch(Setting):
    type_name: ClassVar[str] = "boolean"

    def check(self, value: Any) -> bool:
        if not isinstance(value, bool):
            raise self.refuse(_("True or false is needed."))
        return value

    def form_field(self) -> forms.Field:
        return forms.BooleanField(**self._labels())

    def shown(self, value: Any) -> str:
        return _("Yes") if value else _("No")


@dataclass(frozen=True)
class OneOf(Setting):
    """One of ``choices``: ((value, label), …)."""

    choices: tuple[tuple[str, Any], ...] = ()
    type_name: ClassVar[str] = "choice"

    def check(self, value: Any) -> str:
        if not isinstance(value, str) or value not in dict(self.choices):
            raise self.refuse(_("This is not one of the choices."), "invalid_choice")
        return value

    def form_field(self) -> forms.Field:
        return forms.ChoiceField(choices=self.choices, **self._labels() | {"required": True})

    def shown(self, value: Any) -> str:
        return str(dict(self.choices).get(value, value))


@dataclass(frozen=True)
class SomeOf(OneOf):
    """Any of ``choices``, at least ``least`` of them; kept in the order of the choices."""

    least: int = 0
    type_name: ClassVar[str] = "choices"

    def check(self, value: Any) -> list[str]:  # type: ignore[override]  # several instead of one
        known = dict(self.choices)
        if not isinstance(value, list) or any(not isinstance(v, str) or v not in known for v in value):
            raise self.refuse(_("This is not one of the choices."), "invalid_choice")
        if len(set(value)) < self.least:
            raise self.refuse(_("Choose at least %(n)s.") % {"n": self.least}, "too_few")
        return [key for key in known if key in value]

    def form_field(self) -> forms.Field:
        return forms.MultipleChoiceField(
            choices=self.choices, widget=forms.CheckboxSelectMultiple, **self._labels()
        )

    def shown(self, value: Any) -> str:
        return ", ".join(str(label) for key, label in self.choices if key in value)


@dataclass(frozen=True)
class Text(Setting):
    """A text of at most ``longest`` characters; ``lines``: it may have several."""

    longest: int = 200
    lines: bool = False
    type_name: ClassVar[str] = "text"

    def check(self, value: Any) -> str:
        if not isinstance(value, str):
            raise self.refuse(_("A text is needed."))
        text = "\n".join(part.rstrip() for part in value.replace("\r\n", "\n").split("\n")).strip()
        if len(text) > self.longest:
            raise self.refuse(_("At most %(n)s characters.") % {"n": self.longest}, "max_length")
        if any(not (c.isprintable() or (c == "\n" and self.lines)) for c in text):
            raise self.refuse(_("Control characters can't be kept."))
        return text

    def form_field(self) -> forms.Field:
        widget = forms.Textarea(attrs={"rows": 3}) if self.lines else forms.TextInput()
        return forms.CharField(widget=widget, strip=False, **self._labels())

    def shown(self, value: Any) -> str:
        return str(value) or "–"


@dataclass(frozen=True)
class Colour(Text):
    """A colour such as ``#1f4e79``."""

    longest: int = 7
    type_name: ClassVar[str] = "colour"

    def check(self, value: Any) -> str:
        text = super().check(value).lower()
        if not _COLOUR.fullmatch(text):
            raise self.refuse(_("A colour is written like #1f4e79."))
        return text

    def form_field(self) -> forms.Field:
        return forms.CharField(widget=forms.TextInput(attrs={"type": "color"}), **self._labels())


@dataclass(frozen=True)
class Kept:
    """Values as ``company`` keeps them: {key: value} of the organisation and of the company asked for."""

    organisation: dict[str, Any] = field(default_factory=dict)
    company: dict[str, Any] = field(default_factory=dict)

    def for_all(self, item: Setting) -> Any:
        """What holds where no company has it otherwise."""
        return self.organisation.get(item.key, item.default)

    def value(self, item: Setting) -> Any:
        """What holds for the company asked for."""
        return self.company.get(item.key, self.for_all(item))


_settings: dict[str, Setting] = {}
_store: list[Callable[[list[str], int | None], Kept]] = []


def register_settings(app_label: str, items: Iterable[Setting]) -> None:
    """Declare the settings of an app (in its ``settings.py``); its ``change_settings`` permission guards
    them."""
    for item in items:
        kept = replace(item, app=app_label)
        if kept.check(kept.default) != kept.default:
            raise RuntimeError(f"the default of {kept.key} is not what would be kept")
        _settings[kept.key] = kept


def use_settings_store(function: Callable[[list[str], int | None], Kept]) -> None:
    """Called once by ``company``: the kept values of some keys, and those of one company."""
    _store[:] = [function]


def settings_declared(app_label: str = "") -> list[Setting]:
    """All settings, or those of one app, in the order in which they were declared."""
    load_modules("settings")
    return [item for item in _settings.values() if app_label in ("", item.app)]


def setting_named(key: str) -> Setting:
    """Raises LookupError for a setting that no app declared."""
    load_modules("settings")
    return _settings[key]


def setting(key: str, company_id: int | None = None) -> Any:
    """The value that holds now, for a company or for the organisation."""
    return settings_of([key], company_id)[key]


def settings_of(keys: Iterable[str], company_id: int | None = None) -> dict[str, Any]:
    """Several values at once: {key: value}; outside any organisation the defaults."""
    wanted = [setting_named(key) for key in keys]
    kept = _store[0]([item.key for item in wanted], company_id) if _store and not is_public() else Kept()
    return {item.key: kept.value(item) for item in wanted}
