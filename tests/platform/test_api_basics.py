"""The first master on the API: shape of answers, scope, versions, unknown fields."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.django_db


def test_clerk_creates_and_finds_a_party(api):
    made = api.post(
        "parties/parties/",
        {
            "legal_name": "Sharma Traders Pvt Ltd",
            "display_name": "Sharma",
            "gstin": "27AAPFU0939F1ZV",
            "tax_treatment": "regular",
            "addresses": [{"kind": "billing", "line1": "12 MG Road", "city": "Pune", "state_code": "27"}],
        },
    )
    assert made["success"]
    assert made["data"]["pan"] == "AAPFU0939F"
    found = api.get("parties/parties/", search="sharm")
    assert [row["display_name"] for row in found["data"]] == ["Sharma"]
    assert found["meta"]["pagination"]["total"] == 1
    one = api.get(f"parties/parties/{made['data']['id']}/")
    assert one["data"]["addresses"][0]["city"] == "Pune"


def test_wrong_input_names_every_field(api):
    answer = api.post(
        "parties/parties/",
        {"legal_name": "X", "display_name": "X", "gstin": "27AAPFU0939F1ZW", "colour": 1},
        400,
    )
    assert {e["field"] for e in answer["errors"]} == {"colour"}
    answer = api.post("parties/parties/", {"display_name": "X", "gstin": "27AAPFU0939F1ZW"}, 400)
    assert {e["field"] for e in answer["errors"]} == {"legal_name", "gstin"}


def test_stale_version_is_refused_with_the_current_record(api):
    made = api.post("parties/parties/", {"legal_name": "A", "display_name": "A"})["data"]
    path = f"parties/parties/{made['id']}/"
    answer = api.patch(path, {"phone": "1"}, 409)
    assert answer["errors"][0]["code"] == "version_required"
    api.patch(path, {"phone": "1", "version": made["version"]})
    answer = api.patch(path, {"phone": "2", "version": made["version"]}, 409)
    assert answer["errors"][0]["code"] == "version_conflict"
    assert answer["data"]["current"]["phone"] == "1"
    api.patch(path, {"phone": "2"}, 412, HTTP_IF_MATCH='"1"')
    for tag in ('"²"', '"one"', "9" * 5000):  # "²" is a digit too
        refused = api.patch(path, {"phone": "2"}, 400, HTTP_IF_MATCH=tag)
        assert refused["errors"][0]["field"] == "If-Match"


def test_same_key_and_body_give_the_same_record(api):
    """C26: a repeated request has one effect."""
    body = {"legal_name": "Once", "display_name": "Once"}
    first = api.post("parties/parties/", body, HTTP_IDEMPOTENCY_KEY="k1")
    again = api.post("parties/parties/", body, HTTP_IDEMPOTENCY_KEY="k1")
    assert first["data"]["id"] == again["data"]["id"]
    answer = api.post("parties/parties/", {**body, "phone": "1"}, 409, HTTP_IDEMPOTENCY_KEY="k1")
    assert answer["errors"][0]["code"] == "idempotency_conflict"


def test_user_without_permission_and_hidden_record(api_as, user_with, administrator):
    from apps.parties.models import Party

    party = Party.objects.create(legal_name="H", display_name="H", salesperson=administrator)
    api_as(user_with("sales.view_order")).get("parties/parties/", 403)
    own = api_as(user_with("parties.view_party", "parties.change_party", level="own"))
    assert own.get("parties/parties/")["data"] == []
    own.get(f"parties/parties/{party.pk}/", 404)


def test_token_of_another_organisation_is_refused(administrator):
    from tests.kit.clients import ApiClient

    assert ApiClient(administrator).get("parties/parties/")["success"]
    ApiClient(administrator, host="zenith.localhost").get("parties/parties/", 401)
