"""What a surface tells after a record was saved though nothing forbade it: "another party has this phone".

An app registers a function for a model in its ``remarks.py``; the API answers with the texts in
``meta.warnings``, the back office shows them as messages.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from typing import Any

from django.db import models

from apps.core.registry import load_modules

_remarks: dict[type[models.Model], list[Callable[[Any, Any], list[str]]]] = defaultdict(list)


def register_remarks(model: type[models.Model], function: Callable[[Any, Any], list[str]]) -> None:
    """``function(record, user)`` gives the texts for a record that was just saved."""
    _remarks[model].append(function)


def remarks_of(record: models.Model, user: Any) -> list[str]:
    """All texts for a record that ``user`` has just saved."""
    load_modules("remarks")
    return [text for function in _remarks.get(type(record), ()) for text in function(record, user)]
