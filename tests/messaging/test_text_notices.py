"""Notifications by text: to confirmed numbers, within the day's limits, repeated when the gateway fails."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from apps.accounts.models import SecondFactor, User
from apps.company.services.settings import settings_save
from apps.messaging.models import MailState, NotificationChoice, TextMessage, TextNumber
from apps.messaging.services.cleaning import texts_clean
from apps.messaging.services.notices import notices_text, number_remove, number_set
from apps.messaging.services.notifications import notify
from apps.messaging.services.texts import gateway_save, text_deliver
from tests.factories.accounts import make_user
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db
PHONE, EVENT = "+919876543210", "document.moved"
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def gateway(gateway_server):
    values = {
        "gateway": "http",
        "url": gateway_server.url,
        "template_id": "1107",
        "notice_template_id": "1108",
    }
    gateway_save(values=values, token="gate-token")
    return gateway_server


def reader(phone: str = PHONE, **details):
    """Somebody who wants to be texted, on a number that he confirmed."""
    person = make_user(**details)
    if phone:
        number_set(person, phone)
    NotificationChoice.objects.create(user=person, event=EVENT, text=True)
    return person


def tell(*people, title="Invoice 7 was posted"):
    notify(people, event=EVENT, title=title)
    return list(TextMessage.objects.filter(purpose="notification").order_by("pk"))


def limit(**values):
    settings_save("messaging", values, by=User.objects.get(email="asha@acme.example"))


def browser_of(person) -> Client:
    client = Client(HTTP_HOST="acme.localhost")
    client.post("/accounts/login/", {"email": person.email, "password": PASSWORD})
    return client


# --- sending -----------------------------------------------------------------------------------------


def test_a_person_is_texted_what_happened_and_only_he(gateway):
    ravi, meera = reader(), make_user()
    (text,) = tell(ravi, meera)
    assert text_deliver(text.pk)
    ((_authorization, body),) = gateway.seen
    assert body["to"] == PHONE
    assert body["text"].endswith(": Invoice 7 was posted")
    assert body["template_id"] == "1108"
    text.refresh_from_db()
    assert (text.state, text.text, text.user_id) == ("sent", "", ravi.pk)


def test_without_a_template_of_its_own_that_of_codes_is_named(gateway):
    gateway_save(values={"notice_template_id": ""})
    (text,) = tell(reader())
    text_deliver(text.pk)
    assert gateway.seen[0][1]["template_id"] == "1107"


def test_a_failing_gateway_is_asked_again_until_it_takes_the_text(gateway):
    gateway.state["status"] = 503
    (text,) = tell(reader())
    for _try in range(4):
        assert not text_deliver(text.pk)
        TextMessage.objects.update(not_before=text.created_at)
    text.refresh_from_db()
    assert (text.state, text.attempts) == ("queued", 4)
    assert "503" in text.error
    gateway.state["status"] = 200
    assert text_deliver(text.pk)
    for _try in range(9):
        TextMessage.objects.update(not_before=text.created_at)
        text_deliver(text.pk)
    assert len(gateway.seen) == 5


def test_nobody_is_texted_on_a_number_that_he_did_not_confirm(gateway):
    assert tell(reader(phone="")) == []
    given = reader(phone="")
    given.phone = "9876543210"
    given.save()
    SecondFactor.objects.create(user=given, method="sms", phone=PHONE)
    assert tell(given) == [], "a number that nobody confirmed"
    SecondFactor.objects.update(confirmed_at=timezone.now())
    assert [text.to for text in tell(given)] == [PHONE]


def test_organisation_without_gateway_texts_nobody(settings):
    settings.TEXT_SIMULATOR = False
    assert tell(reader()) == []
    assert not TextMessage.objects.exists()


def test_own_number_goes_before_that_of_the_sign_in_codes():
    ravi = reader(phone="")
    SecondFactor.objects.create(user=ravi, method="sms", phone=PHONE, confirmed_at=timezone.now())
    number_set(ravi, "+919812345678")
    assert [text.to for text in tell(ravi)] == ["+919812345678"]


def test_what_waits_for_a_removed_number_is_not_sent(gateway):
    ravi = reader()
    (text,) = tell(ravi)
    number_remove(ravi)
    assert not text_deliver(text.pk)
    text.refresh_from_db()
    assert (text.state, text.text) == ("failed", "")
    assert gateway.seen == []
    assert tell(ravi) == [text]


# --- limits ------------------------------------------------------------------------------------------


def test_a_person_gets_as_many_texts_a_day_as_allowed_and_one_line_says_so():
    limit(texts_for_person=2)
    ravi, meera = reader(), reader()
    for number in range(4):
        tell(ravi, title=f"Invoice {number}")
    assert len(tell(meera)) == 3
    (held,) = TextMessage.objects.filter(purpose="over_limit")
    assert (held.user_id, held.state, held.text) == (ravi.pk, MailState.FAILED, "")
    assert "this person" in held.error
    TextMessage.objects.update(created_at=timezone.now() - timedelta(days=1))
    assert len(tell(ravi)) == 4


def test_all_together_get_as_many_texts_a_day_as_allowed():
    limit(texts_for_all=3)
    people = [reader() for _number in range(5)]
    assert len(tell(*people)) == 3
    held = TextMessage.objects.filter(purpose="over_limit")
    assert {row.user_id for row in held} == {person.pk for person in people[3:]}
    assert "everybody" in held[0].error


def test_many_people_are_counted_at_once():
    def asked(*people) -> int:
        with CaptureQueriesContext(connection) as queries:
            notices_text([(person, "Invoice 7 was posted") for person in people])
        return sum(query["sql"].startswith("SELECT") for query in queries)

    limit(texts_for_person=1)
    people = [reader() for _number in range(4)]
    few = asked(*people[:1])
    assert asked(*people) == few, "one more of the limit, three new texts"
    assert TextMessage.objects.filter(purpose="notification").count() == 4
    assert TextMessage.objects.filter(purpose="over_limit").count() == 1


def test_limit_of_nought_texts_nobody_and_codes_go_on():
    limit(texts_for_all=0)
    ravi = reader()
    assert tell(ravi) == []
    browser_of(ravi).post("/notifications/number/", {"phone": "9812345678"})
    assert TextMessage.objects.filter(purpose="code", to="+919812345678").count() == 1


def test_old_texts_are_removed_and_waiting_ones_stay():
    sent, waiting = tell(reader(), reader())
    sent.state = MailState.SENT
    sent.save()
    TextMessage.objects.update(created_at=timezone.now() - timedelta(days=3000))
    assert texts_clean() == 1
    assert TextMessage.objects.get() == waiting


# --- number and choice -------------------------------------------------------------------------------


def test_person_confirms_a_number_and_chooses_on_the_page():
    ravi = make_user()
    browser = browser_of(ravi)
    page = browser.get("/notifications/").text
    assert "confirm your mobile number first" in page
    assert re.search(rf'name="text:{EVENT}" disabled', page)
    browser.post("/notifications/choices/", {f"text:{EVENT}": "on"})
    assert not NotificationChoice.objects.filter(user=ravi, text=True).exists()
    assert "mobile number" in browser.post("/notifications/number/", {"phone": "12345"}).text
    browser.post("/notifications/number/", {"phone": "98765 43210"})
    message = TextMessage.objects.get()
    code = re.match(r"\d{6}", message.text).group(0)
    wrong = "000000" if code != "000000" else "111111"
    browser.post("/notifications/number/", {"code": wrong})
    assert not TextNumber.objects.exists()
    browser.post("/notifications/number/", {"code": code})
    assert TextNumber.objects.get(user=ravi).phone == PHONE
    assert "•••• 3210" in browser.get("/notifications/").text
    browser.post("/notifications/choices/", {f"text:{EVENT}": "on"})
    assert len(tell(ravi)) == 1
    browser.post("/notifications/number/", {"remove": "1"})
    assert not TextNumber.objects.exists()


def test_code_of_somebody_else_confirms_nothing():
    ravi, thief = make_user(), make_user()
    mine, other = browser_of(ravi), browser_of(thief)
    mine.post("/notifications/number/", {"phone": "98765 43210"})
    code = re.match(r"\d{6}", TextMessage.objects.get().text).group(0)
    session = other.session
    session["messaging.number.token"] = mine.session["messaging.number.token"]
    session.save()
    other.post("/notifications/number/", {"code": code})
    assert not TextNumber.objects.exists()


def test_page_says_when_no_gateway_is_set_up_and_keeps_the_choice(settings):
    ravi = reader()
    settings.TEXT_SIMULATOR = False
    browser = browser_of(ravi)
    assert "has set up no gateway" in browser.get("/notifications/").text
    assert "not set up here" in browser.get("/notifications/number/").text
    browser.post("/notifications/choices/", {f"in_app:{EVENT}": "on"})
    assert NotificationChoice.objects.get(user=ravi, event=EVENT).text is True
    browser.post("/notifications/number/", {"phone": "98765 43210"})
    assert not TextMessage.objects.exists()


def test_api_confirms_a_number_with_a_fresh_proof(settings):
    ravi = make_user()
    client = api_signed_in(ravi)
    assert client.get("messaging/text-number/")["data"] == {
        "gateway": True, "number": "", "own": False, "most": 20,
    }  # fmt: skip
    choice = {"choices": {EVENT: {"in_app": True, "mail": False, "text": True}}}
    refused = client.put("messaging/preferences/", choice, 409)["errors"][0]
    assert (refused["field"], refused["code"]) == (f"choices.{EVENT}.text", "no_number")
    assert client.post("messaging/text-number/", {"phone": "12"}, 400)["errors"][0]["field"] == "phone"
    asked = client.post("messaging/text-number/", {"phone": "9876543210"}, 200)["data"]
    assert asked["sent_to"] == "•••• 3210"
    code = re.match(r"\d{6}", TextMessage.objects.get().text).group(0)
    body = {"partial_token": asked["partial_token"], "code": code}
    assert client.post("messaging/text-number/confirm/", body, 200)["data"]["own"] is True
    client.post("messaging/text-number/confirm/", body, 401)
    client.put("messaging/preferences/", choice)
    left_out = client.put("messaging/preferences/", {"choices": {EVENT: {"in_app": True, "mail": True}}})
    row = next(row for row in left_out["data"] if row["event"] == EVENT)
    assert (row["mail"], row["text"]) == (True, True)
    assert client.delete("messaging/text-number/")["data"]["number"] == ""
    settings.CONFIRM_SECONDS = 0
    old = [
        client.post("messaging/text-number/", {"phone": "9876543210"}, 403),
        client.post("messaging/text-number/confirm/", body, 403),
        client.delete("messaging/text-number/", 403),
    ]
    assert {answer["errors"][0]["code"] for answer in old} == {"confirmation_required"}


def api_signed_in(person) -> ApiClient:
    """With a sign-in of its own, as the real one makes it."""
    client = ApiClient()
    pair = client.post("auth/token/", {"email": person.email, "password": PASSWORD}, 200)["data"]
    client.client.credentials(HTTP_AUTHORIZATION=f"Bearer {pair['access']}")
    return client
