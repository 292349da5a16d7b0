from __future__ import annotations

from typing import Any

import pytest

from tests.factories.company import make_company


@pytest.fixture
def company(request: Any) -> Any:
    """A company with its books; in a test that commits, it is committed too."""
    if "commits" not in request.fixturenames:
        request.getfixturevalue("db")
    return make_company()
