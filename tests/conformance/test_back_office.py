"""Every registered list and form of the back office behaves alike, with no test of its own."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from apps.core.admin.site import admin_site
from tests.factories.accounts import make_user

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("steady_caches")]
LIST_BUDGET, ADD_BUDGET = 15, 25


def registered() -> list[str]:
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    return sorted(model._meta.label_lower for model in admin_site._registry)


@pytest.fixture(params=registered())
def page(request):
    """(model, its admin) of each registration."""
    from django.apps import apps

    model = apps.get_model(request.param)
    return model, admin_site._registry[model]


def address(model, what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def test_list_opens_within_its_query_budget(page, browser):
    model, _admin = page
    browser.get("/")  # the session's own first look-ups
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address(model, "changelist"))
    assert answer.status_code == 200
    assert len(queries) <= LIST_BUDGET, [query["sql"][:160] for query in queries]


def test_add_page_opens_within_its_query_budget(page, browser, rf, administrator):
    model, model_admin = page
    request = rf.get("/")
    request.user = administrator
    if not model_admin.has_add_permission(request):
        assert browser.get(address(model, "add")).status_code in (403, 404)
        return
    with CaptureQueriesContext(connection) as queries:
        answer = browser.get(address(model, "add"))
    assert answer.status_code == 200
    assert len(queries) <= ADD_BUDGET, [query["sql"][:160] for query in queries]


def test_list_and_form_are_refused_without_permission(page):
    model, _admin = page
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(make_user("accounts.view_nothing"))
    assert client.get(address(model, "changelist")).status_code == 403
    assert client.get(address(model, "add")).status_code == 403


def test_list_sends_a_visitor_to_the_sign_in(page):
    model, _admin = page
    answer = Client(HTTP_HOST="acme.localhost").get(address(model, "changelist"))
    assert answer.status_code == 302
    assert "login" in answer["Location"]


def test_unknown_record_is_not_shown(page, browser):
    model, _admin = page
    answer = browser.get(address(model, "change", 99999999))
    assert answer.status_code in (302, 404)
