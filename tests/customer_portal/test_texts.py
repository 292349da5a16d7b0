"""People of customers choose texts for themselves, on a phone that they confirmed."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from apps.messaging.models import TextMessage, TextNumber
from apps.messaging.services.notices import number_set
from apps.messaging.services.notifications import notify
from tests.factories.portal import PASSWORD
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
EVENT = "portal.comment"
PROFILE = {"name": "Bina", "phone": "", "language": "en", "time_zone": "", "theme": "auto"}


def signed_in(person) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.post("/accounts/login/", {"email": person.email, "password": PASSWORD})
    return client


def texts_of(person) -> list[str]:
    notify([person], event=EVENT, title="Somebody answers")
    return list(TextMessage.objects.filter(purpose="notification").values_list("to", flat=True))


def test_buyer_confirms_a_phone_and_chooses_texts_on_his_profile(buyer):
    browser = signed_in(buyer)
    page = browser.get("/portal/profile/").text
    assert "confirm your mobile number first" in page
    assert f'name="text:{EVENT}"' not in page
    browser.post("/portal/profile/", {**PROFILE, f"text:{EVENT}": "on"})
    assert texts_of(buyer) == []
    assert "/portal/profile/" in browser.get("/notifications/number/").text
    browser.post("/notifications/number/", {"phone": "98765 43210"})
    code = re.match(r"\d{6}", TextMessage.objects.get().text).group(0)
    assert browser.post("/notifications/number/", {"code": code})["Location"] == "/portal/profile/"
    assert TextNumber.objects.get().user == buyer
    browser.post("/portal/profile/", {**PROFILE, f"text:{EVENT}": "on"})
    assert texts_of(buyer) == ["+919876543210"]
    browser.post("/portal/profile/", PROFILE)
    assert len(texts_of(buyer)) == 1


def test_buyer_chooses_texts_over_the_api(buyer):
    api = ApiClient(buyer)
    on = {"text": {EVENT: True}}
    refused = api.patch("portal/preferences/", on, 409)["errors"][0]
    assert (refused["field"], refused["code"]) == (f"text.{EVENT}", "no_number")
    assert api.get("messaging/text-number/")["data"]["number"] == ""
    number_set(buyer, "+919876543210")
    saved = api.patch("portal/preferences/", on)["data"]
    assert {row["event"]: row["text"] for row in saved["text"]} == {EVENT: True, "portal.document": False}
    assert [row["mail"] for row in saved["mail"]] == [True, True], "mail stays as it was"
    assert texts_of(buyer) == ["+919876543210"]
    for body, field in (
        ({"text": {"job.failed": True}}, "text.job.failed"),
        ({"text": {EVENT: 1}}, f"text.{EVENT}"),
        ({"text": []}, "text"),
    ):
        assert api.patch("portal/preferences/", body, 400)["errors"][0]["field"] == field
    api.get("messaging/preferences/", 403)
