"""Whose address is locked out, limited and logged."""

import pytest
from django.http import HttpResponse
from django.test import RequestFactory, override_settings

from apps.core.client_address import ClientAddressMiddleware, forwarded_address


def _seen(proxies: int, **headers: str) -> str:
    request = RequestFactory().get("/", REMOTE_ADDR="10.0.0.9", **headers)
    with override_settings(TRUSTED_PROXIES=proxies):
        ClientAddressMiddleware(lambda request: HttpResponse())(request)
    return request.META["REMOTE_ADDR"]


def test_visitor_without_proxy_cannot_choose_an_address():
    assert _seen(0, HTTP_X_FORWARDED_FOR="1.2.3.4") == "10.0.0.9"


def test_visitor_behind_one_proxy_is_seen_by_his_own_address():
    assert _seen(1, HTTP_X_FORWARDED_FOR="203.0.113.7") == "203.0.113.7"


def test_visitor_who_sends_a_list_himself_is_still_seen_as_the_proxy_saw_him():
    assert _seen(1, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.7") == "203.0.113.7"
    assert _seen(2, HTTP_X_FORWARDED_FOR="1.1.1.1, 203.0.113.7, 10.0.0.2") == "203.0.113.7"


@pytest.mark.parametrize(
    ("header", "proxies"), [("", 1), ("1.1.1.1", 2), ("unknown", 1), ("1.1.1.1:80", 1), ("a, ", 1)]
)
def test_a_header_that_says_nothing_certain_is_not_believed(header, proxies):
    assert forwarded_address(header, proxies) == ""


def test_an_address_of_the_new_protocol_is_kept():
    assert forwarded_address("2001:db8::1", 1) == "2001:db8::1"
