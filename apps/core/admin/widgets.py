"""Form fields that every form of the back office draws alike."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db.models import CharField, Field
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminSelectWidget, UnfoldAdminTextInputWidget

from apps.core.fields import MoneyField, QuantityField, RateField
from apps.core.formats import show_number, show_quantity
from apps.core.india.states import OTHER_COUNTRY, state_choices, state_name
from apps.core.money import parse_decimal
from apps.core.validators import state_code_validator


class MoneyInput(forms.DecimalField):
    """An amount shown and taken the Indian way: 12,34,567.00; plain and Western figures are taken too."""

    def prepare_value(self, value: Any) -> Any:
        return show_number(value) if isinstance(value, Decimal) else value

    def to_python(self, value: Any) -> Any:
        if isinstance(value, str) and value.strip():
            try:
                value = parse_decimal(value)
            except ValueError as error:
                raise forms.ValidationError(str(error), code="invalid") from error
        return super().to_python(value)

    def has_changed(self, initial: Any, data: Any) -> bool:
        try:
            return self.to_python(initial) != self.to_python(data)
        except forms.ValidationError:
            return True


class FigureInput(MoneyInput):
    """A quantity, unit price or percentage, without idle zeros: 7,200 or 12.5."""

    def prepare_value(self, value: Any) -> Any:
        return show_quantity(value) if isinstance(value, Decimal) else value


_FIGURES: dict[type[Field[Any, Any]], type[MoneyInput]] = {
    MoneyField: MoneyInput,
    QuantityField: FigureInput,
    RateField: FigureInput,
}


class StateFields:
    """Mixin before unfold's admin classes: a field of GST state codes is a list with the states' names,
    amounts and other figures are grouped as the organisation writes them."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if type(db_field) in _FIGURES:
            widget = UnfoldAdminTextInputWidget(attrs={"inputmode": "decimal", "class": "bahi-amount"})
            kwargs |= {"form_class": _FIGURES[type(db_field)], "widget": widget}
            return db_field.formfield(**kwargs)
        if isinstance(db_field, ArrayField) and isinstance(db_field.base_field, CharField):
            kwargs |= {
                "widget": UnfoldAdminTextInputWidget(),
                "help_text": _("Several are separated by commas."),
            }
            return db_field.formfield(**kwargs)
        if state_code_validator in db_field.validators:
            kwargs["widget"] = UnfoldAdminSelectWidget(choices=_states(db_field.name))
        return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]  # a mixin: the admin class beside it has the method


def _states(name: str) -> list[tuple[str, str]]:
    """Every code that the field may hold, so that saving a form never empties one."""
    language = (get_language() or "en")[:2]
    found = [("", "–"), *state_choices(closed=True, language=language)]
    if name == "place_of_supply":
        found.append((OTHER_COUNTRY, f"{OTHER_COUNTRY} {state_name(OTHER_COUNTRY, language)}"))
    return found
