from __future__ import annotations

from typing import Any

import pytest

from tests.factories.sales import Shop


@pytest.fixture
def sent(api: Any, shop: Shop) -> dict[str, Any]:
    """A quotation of 10 chairs and 2 tables that was sent."""
    draft = api.post("sales/quotations/", shop.draft())["data"]
    return api.post(f"sales/quotations/{draft['id']}/send/", expect=200)["data"]
