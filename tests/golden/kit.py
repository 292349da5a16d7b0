"""Loads golden cases: the reference files where they are present, and always the project's own mirrored
cases.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
REFERENCE = ROOT.parent / "shared" / "reference" / "golden"
OWN = Path(__file__).resolve().parent / "own_cases"


def cases(name: str, kind: str | None = None) -> list[Any]:
    """Pytest parameters ``(inputs, expected)`` of a golden file, with ids ``reference:…`` and ``own:…``.

    ``kind`` picks the cases of one kind from a file that mixes several. A missing reference file gives one
    skipped parameter that says so; a missing own file is an error, since the own cases must always run.
    """
    found = list(_params(OWN / f"{name}.json", "own", kind))
    if not found:
        raise LookupError(f"No own golden case for {name} {kind or ''}")
    reference = REFERENCE / f"{name}.json"
    if reference.exists():
        found += _params(reference, "reference", kind)
    else:
        reason = f"reference file {reference.name} is not on this machine"
        found.append(pytest.param({}, {}, id=f"reference:{name}", marks=pytest.mark.skip(reason=reason)))
    return found


def _params(path: Path, origin: str, kind: str | None) -> Iterator[Any]:
    for case in json.loads(path.read_text(encoding="utf-8"))["cases"]:
        inputs = case.get("inputs", case.get("input"))
        if kind is None or kind in (case.get("kind"), inputs.get("kind")):
            yield pytest.param(inputs, case["expected"], id=f"{origin}:{case['id']}")


def meta(name: str, origin: str = "own") -> dict[str, Any]:
    """The ``meta`` block of a golden file."""
    folder = OWN if origin == "own" else REFERENCE
    found: dict[str, Any] = json.loads((folder / f"{name}.json").read_text(encoding="utf-8"))["meta"]
    return found


def dec(value: Any, default: str = "0") -> Decimal:
    """A Decimal from a JSON text or number; ``None`` becomes the default."""
    return Decimal(str(default if value is None else value))


def same(expected: Any, actual: Any) -> bool:
    """Equal, with decimal texts compared as numbers, through lists and mappings."""
    if isinstance(expected, dict):
        return set(expected) == set(actual) and all(same(expected[key], actual[key]) for key in expected)
    if isinstance(expected, list):
        return len(expected) == len(actual) and all(map(same, expected, actual))
    if isinstance(actual, Decimal):
        return Decimal(str(expected)) == actual
    return bool(expected == actual)
