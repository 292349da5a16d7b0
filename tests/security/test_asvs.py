"""docs/security/asvs.csv names every row of ASVS 5.0 level 2 once, and only tests that exist."""

from __future__ import annotations

import csv
import re
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
STATES = {"met", "partly", "open", "not applicable"}


def rows() -> list[dict[str, str]]:
    with (ROOT / "docs" / "security" / "asvs.csv").open(encoding="utf-8", newline="") as stream:
        return list(csv.DictReader(stream))


def test_every_requirement_stands_there_once_with_a_state_and_how():
    ids = [row["id"] for row in rows()]
    assert len(ids) == len(set(ids)) == 253
    assert all(re.fullmatch(r"V\d+\.\d+\.\d+", name) for name in ids)
    assert [row["id"] for row in rows() if row["state"] not in STATES or not row["how"]] == []


def test_at_least_120_requirements_have_a_test():
    assert sum(bool(row["tests"]) and row["state"] in ("met", "partly") for row in rows()) >= 120


def test_named_tests_exist():
    wrong = []
    for row in rows():
        for name in filter(None, re.split(r"[;\s]+", row["tests"])):
            path, _colons, function = name.partition("::")
            file = ROOT / path
            if not file.exists() or (function and f"def {function}(" not in file.read_text(encoding="utf-8")):
                wrong.append((row["id"], name))
    assert wrong == []
