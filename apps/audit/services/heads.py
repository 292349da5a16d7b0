"""Heads of all hash chains of an organisation, written to a file of the day outside the database.

Whoever rewrites a whole chain in the database would have to rewrite the files, and copies of them, too.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit.services.chain import chain_head
from apps.core.tenant import is_public

OWN = "audit"
_sources: dict[str, Callable[[], Any]] = {OWN: chain_head}


def register_heads(name: str, function: Callable[[], Any]) -> None:
    """``function()`` gives the heads of another chain as JSON values. Called from an app's ``tasks.py``."""
    _sources[name] = function


def heads_folder() -> Path:
    return settings.DATA_DIR / "chain-heads" / connection.schema_name


def heads_now() -> dict[str, Any]:
    """Name of the chain → its head or heads, as they stand. The platform has no chain but its audit trail."""
    names = [OWN] if is_public() else sorted(_sources)
    return {name: _sources[name]() for name in names}


def heads_export() -> Path:
    """Write today's file (UTC) once: a witness that stands is never written over. Returns its path."""
    path = heads_folder() / f"{timezone.now():%Y-%m-%d}.json"
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True)
        part = path.with_suffix(".part")
        part.write_text(json.dumps(heads_now(), indent=1), encoding="utf-8")
        part.replace(path)
    return path


def head_exported(name: str) -> Any:
    """The newest exported head of a chain, None when there is no file yet."""
    for path in sorted(heads_folder().glob("????-??-??.json"), reverse=True):
        head = json.loads(path.read_text("utf-8")).get(name)
        if head:
            return head
    return None
