"""Text messages: simulator, gateway over HTTPS, sealed token, repeats; calls go to public addresses only."""

from __future__ import annotations

import socket

import httpx
import pytest

from apps.core.errors import InvalidInput, Refused
from apps.core.outbound import UnsafeAddress, url_check
from apps.core.outbound_http import guarded_client
from apps.core.secrets import secret_read
from apps.messaging.models import TextGateway, TextMessage
from apps.messaging.services.holding import waiting_hold
from apps.messaging.services.texts import gateway_save, text_deliver, text_queue

pytestmark = pytest.mark.django_db


def test_gateway_gets_the_text_once_and_the_queue_forgets_it(gateway_server):
    gateway = gateway_save(
        values={"gateway": "http", "url": gateway_server.url, "sender": "BAHIIN", "template_id": "1107"},
        token="gate-token",
    )
    assert "gate-token" not in gateway.token
    assert secret_read(TextGateway.objects.get(), "token") == "gate-token"
    message = text_queue(to="+919876543210", text="123456 is your code")
    assert text_deliver(message.pk)
    assert not text_deliver(message.pk)
    ((authorization, body),) = gateway_server.seen
    assert authorization == "Bearer gate-token"
    assert (body["to"], body["text"], body["template_id"]) == ("+919876543210", "123456 is your code", "1107")
    message.refresh_from_db()
    assert (message.state, message.text) == ("sent", "")


@pytest.mark.parametrize("status", [500, 302])
def test_refusing_gateway_is_asked_three_times(gateway_server, status):
    gateway_server.state["status"] = status
    gateway_save(values={"gateway": "http", "url": gateway_server.url})
    message = text_queue(to="+919876543210", text="123456")
    for _try in range(4):
        TextMessage.objects.update(not_before=message.created_at)
        assert not text_deliver(message.pk)
    message.refresh_from_db()
    assert (message.state, message.text, message.attempts) == ("failed", "", 3)
    assert len(gateway_server.seen) == 3


def test_empty_token_keeps_the_one_before(gateway_server):
    gateway_save(values={"gateway": "http", "url": gateway_server.url}, token="gate-token")
    gateway_save(values={"sender": "BAHIIN"})
    assert secret_read(TextGateway.objects.get(), "token") == "gate-token"


def test_without_gateway_and_simulator_texts_are_refused(settings):
    settings.TEXT_SIMULATOR = False
    with pytest.raises(Refused):
        text_queue(to="+919876543210", text="1")


@pytest.mark.parametrize(
    "url",
    [
        "", "http://sms.example/", "ftp://sms.example/", "https://user:pw@sms.example/", "https://127.0.0.1/",
        "https://10.0.0.8/", "https://[::1]/", "https://169.254.169.254/", "https://[::ffff:10.0.0.1]/",
        "https://0.0.0.0/", "https://224.0.0.1/",
    ],
)  # fmt: skip
def test_addresses_that_are_not_public_are_refused(url):
    with pytest.raises(UnsafeAddress):
        url_check(url)
    with pytest.raises(InvalidInput) as refused:
        gateway_save(values={"gateway": "http", "url": url})
    assert refused.value.field == "url"


def test_operator_names_the_only_hosts_that_are_called(settings):
    settings.OUTBOUND_ONLY = ["sms.example.com", "*.okta.com"]
    url_check("https://sms.example.com/send")
    url_check("https://acme.okta.com/")
    for elsewhere in ("https://sms.example.com.evil.example/", "https://evil.example/", "https://okta.com/"):
        with pytest.raises(UnsafeAddress):
            url_check(elsewhere)


def test_name_that_leads_inside_is_refused_when_the_connection_is_made(monkeypatch):
    asked = []

    def resolve(host, port, **_kwargs):
        asked.append(host)
        public, inside = ("93.184.216.34", port), ("10.0.0.8", port)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", item) for item in (public, inside)]

    monkeypatch.setattr(socket, "getaddrinfo", resolve)
    with guarded_client(timeout=2) as client, pytest.raises(UnsafeAddress):
        client.get("https://rebound.example/")
    assert asked == ["rebound.example"]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *a, **k: (_ for _ in ()).throw(OSError("no such name")))
    with guarded_client(timeout=2) as client, pytest.raises(httpx.ConnectError):
        client.get("https://nowhere.example/")


def test_text_that_waits_when_a_backup_is_restored_is_held_without_its_words():
    waiting = TextMessage.objects.create(
        to="+919876543210", text="123456 is your code", purpose="code", gateway="simulator"
    )
    assert waiting_hold()
    waiting.refresh_from_db()
    assert (waiting.state, waiting.text) == ("failed", "")
    assert waiting.error
