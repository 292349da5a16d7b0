"""Each correctness rule that today's modules can break is named (C1, C2, …) by the test that proves it."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

TESTS = Path(__file__).resolve().parents[1]
OF_TODAY = (1, 2, 3, 4, 5, 6, 7, 8, 11, 12, 13, 14, 17, 24, 25, 26, 27, 30, 31, 32, 33, 35)
"""Left out: negative stock when allowed (9: never allowed here), landed cost (10), bills of materials and
planning (15, 16), assets (18), people and pay (19-21), service levels (22), points of sale (23), production
(28), retention (29), approvals (34): their modules come later."""


@pytest.fixture(scope="module")
def named() -> set[int]:
    found: set[int] = set()
    for path in TESTS.rglob("test_*.py"):
        if path != Path(__file__).resolve():
            found |= {int(number) for number in re.findall(r"\bC(\d{1,2})\b", path.read_text())}
    return found


@pytest.mark.parametrize("number", OF_TODAY)
def test_rule_is_named_by_a_test(number, named):
    assert number in named, f"no test names rule C{number}"
