"""Heads of all hash chains of an organisation, written to a file of the day outside the database.

Whoever rewrites a whole chain in the database would have to rewrite the files, and copies of them, too.
"""

from __future__ import annotations

import json
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection
from django.utils import timezone

from apps.audit.services.chain import chain_head
from apps.core.tenant import current_organisation, is_public

OWN = "audit"
logger = logging.getLogger(__name__)
_copy: list[Callable[[Path, str], bool]] = []
_sources: dict[str, Callable[[], Any]] = {OWN: chain_head}


def register_heads(name: str, function: Callable[[], Any]) -> None:
    """``function()`` gives the heads of another chain as JSON values. Called from an app's ``tasks.py``."""
    _sources[name] = function


def register_heads_copy(function: Callable[[Path, str], bool]) -> None:
    """Called once by a higher app: ``function(path, schema)`` brings a file of heads to another place, out of
    reach of whoever owns this machine's disk; False where there is none."""
    _copy[:] = [function]


def heads_folder() -> Path:
    """A folder for each life of an organisation: one that was restored goes on from where its backup was
    made, and later witnesses of the one that was deleted would call its chain cut off."""
    folder: Path = settings.DATA_DIR / "chain-heads" / connection.schema_name
    return folder if is_public() else folder / str(current_organisation().pk)


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
    _copied(path)
    return path


def _copied(path: Path) -> None:
    """Once a file; what could not be brought away is tried again the next time."""
    mark = path.with_suffix(".copied")
    if not _copy or mark.exists():
        return
    try:
        if _copy[0](path, connection.schema_name):
            mark.touch()
    except Exception:  # the chain goes on without its witness elsewhere
        logger.warning("the heads of %s could not be copied away", connection.schema_name, exc_info=True)


def head_exported(name: str) -> Any:
    """The newest exported head of a chain, None when there is no file yet."""
    for path in sorted(heads_folder().glob("????-??-??.json"), reverse=True):
        head = json.loads(path.read_text("utf-8")).get(name)
        if head:
            return head
    return None
