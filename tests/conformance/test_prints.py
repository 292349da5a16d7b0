"""Every kind of document that offers a PDF can be printed."""

from __future__ import annotations

import pytest

from apps.core.registry import resources
from tests.factories.trading import make_trade

pytestmark = pytest.mark.django_db


def test_each_resource_with_a_pdf_gives_one_for_each_of_its_records(administrator):
    api = make_trade(administrator).api
    printed = set()
    for path, view in resources().items():
        if "pdf" not in view.reads:
            continue
        for row in api.get(f"{path}/", per_page=200)["data"]:
            assert api.get(f"{path}/{row['id']}/pdf/")[:5] == b"%PDF-", path
            printed.add(path)
    assert printed == {path for path, view in resources().items() if "pdf" in view.reads}
