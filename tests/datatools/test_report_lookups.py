"""Records that a report asks for are found by typing, through the API resource of their model."""

from __future__ import annotations

import json

import pytest
from django.test import Client
from django.urls import reverse

from apps.datatools.reports.definition import reports

pytestmark = pytest.mark.django_db


def test_every_record_of_a_report_is_looked_up_at_an_address_that_answers(administrator, api):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    found = {}
    for report in reports().values():
        for field in client.get(reverse(report.url_name)).context["fields"]:
            assert bool(field["lookup"]) == (field["param"].kind == "record")
            if field["lookup"]:
                found[report.key, field["param"].name] = json.loads(field["lookup"])
    for lookup in {json.dumps(lookup, sort_keys=True) for lookup in found.values()}:
        address = json.loads(lookup)["url"].removeprefix("/api/v1/")
        api.get(address)
    assert found["stock-statement", "place"]["url"] == "/api/v1/inventory/places/"
    assert found["stock-statement", "place"]["sub"] == ["code"]
    account = found["general-ledger", "account"]
    assert (account["url"], account["label"]) == (
        "/api/v1/accounting/accounts/?is_group=false",
        ["code", "name"],
    )
