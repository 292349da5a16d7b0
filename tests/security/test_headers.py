"""Headers, cookies and methods of every answer (ASVS V3, V4, V13, V14)."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.conf import settings
from django.test import Client

from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[2]
PAGES = ("/accounts/login/", "/", "/admin/", "/api/v1/catalog/units/", "/api/docs/", "/no-such-page/")


@pytest.fixture
def browser():
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(make_user("*", is_staff=True), backend="apps.accounts.backends.RoleBackend")
    return client


@pytest.mark.parametrize("path", PAGES)
def test_every_answer_carries_the_safe_headers(browser, path):
    answer = browser.get(path)
    policy = answer.headers["Content-Security-Policy"]
    for part in ("default-src 'self'", "object-src 'none'", "base-uri 'self'", "frame-ancestors 'self'"):
        assert part in policy, path
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert answer.headers["X-Frame-Options"] in ("DENY", "SAMEORIGIN")
    assert answer.headers["Cross-Origin-Opener-Policy"] == "same-origin"
    assert answer.headers["Cross-Origin-Resource-Policy"] == "same-origin"
    assert "no-store" in answer.headers["Cache-Control"]
    assert (
        "charset=utf-8" in answer.headers["Content-Type"].lower() or "json" in answer.headers["Content-Type"]
    )
    assert "Server" not in answer.headers


def test_strict_pages_allow_no_inline_script(browser):
    policy = Client(HTTP_HOST="acme.localhost").get("/accounts/login/").headers["Content-Security-Policy"]
    assert "unsafe" not in policy


def test_no_other_site_may_read_answers(browser):
    answer = browser.get("/api/v1/catalog/units/", HTTP_ORIGIN="https://evil.example")
    assert not any(name.startswith("Access-Control-") for name in answer.headers)
    asked = browser.options(
        "/api/v1/catalog/units/",
        HTTP_ORIGIN="https://evil.example",
        HTTP_ACCESS_CONTROL_REQUEST_METHOD="POST",
    )
    assert not any(name.startswith("Access-Control-") for name in asked.headers)


def test_write_without_csrf_token_is_refused():
    client = Client(HTTP_HOST="acme.localhost", enforce_csrf_checks=True)
    client.force_login(make_user("*", is_staff=True), backend="apps.accounts.backends.RoleBackend")
    body = {"code": "CASKET", "name": "Casket"}
    assert client.post("/api/v1/catalog/units/", body, content_type="application/json").status_code == 403
    assert client.post("/admin/catalog/unit/add/", body).status_code == 403
    as_text = client.post("/api/v1/catalog/units/", "code=1", content_type="text/plain")
    assert as_text.status_code in (403, 415)


def test_trace_is_refused_and_unknown_methods_change_nothing(browser):
    assert browser.trace("/").status_code == 405
    assert browser.generic("PURGE", "/api/v1/catalog/units/").status_code == 405


def test_signing_out_empties_the_cache_and_ends_the_session(browser):
    key = browser.cookies[settings.SESSION_COOKIE_NAME].value
    answer = browser.post("/accounts/logout/")
    assert answer.headers["Clear-Site-Data"] == '"cache"'
    other = Client(HTTP_HOST="acme.localhost")
    other.cookies[settings.SESSION_COOKIE_NAME] = key
    assert other.get("/").status_code == 302


def test_session_cookie_is_hidden_from_scripts_and_other_sites():
    client = Client(HTTP_HOST="acme.localhost")
    user = make_user("catalog.view_product")
    client.post("/accounts/login/", {"email": user.email, "password": "kalam-Dawat-9"})
    cookie = client.cookies[settings.SESSION_COOKIE_NAME]
    assert cookie["httponly"]
    assert cookie["samesite"] == "Lax"
    assert not cookie["domain"]


def test_production_has_secure_host_cookies_hsts_and_no_debug():
    code = (
        "from django.conf import settings as s; print(s.SESSION_COOKIE_NAME, s.CSRF_COOKIE_NAME, "
        "s.SESSION_COOKIE_SECURE, s.CSRF_COOKIE_SECURE, s.SECURE_HSTS_SECONDS, "
        "s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.DEBUG)"
    )
    environment = {
        **os.environ,
        "DJANGO_SETTINGS_MODULE": "config.settings.prod",
        "SECRET_KEY": "x" * 50,
        "DEBUG": "",
    }
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    expected = "__Host-sessionid __Host-csrftoken True True 31536000 True False"
    assert run.stdout.strip() == expected, run.stderr
    environment["SECRET_KEY"] = "short"
    run = subprocess.run(
        [sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False
    )
    assert "SECRET_KEY must be set" in run.stderr


def test_directories_and_source_control_are_not_served(browser):
    for path in (
        "/static/",
        "/static/bahi/",
        "/media/",
        "/.git/config",
        "/.env",
        "/manage.py",
        "/static/../manage.py",
    ):
        assert browser.get(path).status_code == 404, path


def test_fault_tells_nothing_of_its_inside(browser, monkeypatch, caplog):
    from apps.catalog.api import UnitApi

    def broken(*args, **kwargs):
        raise RuntimeError("secret detail /srv/bahi select * from")

    monkeypatch.setattr(UnitApi, "list", broken)
    browser.raise_request_exception = False
    answer = browser.get("/api/v1/catalog/units/")
    assert answer.status_code == 500
    text = answer.content.decode()
    assert "secret detail" not in text
    assert "Traceback" not in text
    assert answer.headers["X-Request-ID"]
    (told,) = [row for row in caplog.records if row.levelname == "ERROR" and row.exc_info]
    assert "secret detail" in str(told.exc_info[1])  # the log has what the answer hasn't


def test_redirects_stay_on_this_host(browser):
    for path in (
        "/accounts/login/?next=https://evil.example/", "/accounts/login/?next=//evil.example/",
        "/accounts/login/?next=javascript:alert(1)",
    ):  # fmt: skip
        answer = browser.get(path)
        assert "evil.example" not in answer.headers.get("Location", "")
        assert "javascript" not in answer.headers.get("Location", "")


def test_state_is_never_changed_by_get(browser):
    from apps.catalog.models import Unit

    before = Unit.objects.count()
    browser.get("/api/v1/catalog/units/?code=CASKET&name=Casket")
    browser.get("/admin/catalog/unit/add/?code=CASKET&name=Casket&_save=1")
    assert Unit.objects.count() == before
    assert browser.get("/accounts/logout/").status_code in (302, 405)
    assert browser.get("/").status_code == 200, "a link can't sign anybody out"
