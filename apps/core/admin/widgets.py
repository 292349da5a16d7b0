"""Form fields that every form of the back office draws alike."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.translation import get_language
from unfold.widgets import UnfoldAdminSelectWidget

from apps.core.india.states import OTHER_COUNTRY, state_choices, state_name
from apps.core.validators import state_code_validator


class StateFields:
    """Mixin before unfold's admin classes: a field of GST state codes is a list with the states' names."""

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
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
