"""Every master goes into the bin and comes back, on the API and in the back office, by the registry."""

from __future__ import annotations

import pytest
from django.db import models
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from apps.company.models import Currency
from apps.core.admin.site import admin_site
from apps.core.models import MasterModel
from apps.core.registry import business_models, resource_of
from tests.factories.parties import make_customer
from tests.kit.clients import ApiClient
from tests.kit.masters import make_master

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("standing_company")]


def masters() -> list[type[models.Model]]:
    return [model for model in business_models() if issubclass(model, MasterModel)]


@pytest.fixture(params=masters(), ids=lambda model: model._meta.label_lower)
def master(request):
    return request.param


def code(model, action: str) -> str:
    return f"{model._meta.app_label}.{action}_{model._meta.model_name}"


def address(model, what: str, *args) -> str:
    return reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_{what}", args=args)


def ids(answer) -> set[int]:
    return {row["id"] for row in answer["data"]}


def test_a_master_in_the_bin_is_gone_listed_there_and_restored_over_the_api(master, api):
    view = resource_of(master)
    assert view is not None, "a master has an API"
    record = make_master(master)
    api.delete(f"{view.path}/{record.pk}/")
    api.get(f"{view.path}/{record.pk}/", 404)
    assert record.pk not in ids(api.get(f"{view.path}/?id={record.pk}"))
    assert record.pk in ids(api.get(f"{view.path}/?deleted=true&id={record.pk}"))
    answer = api.post(f"{view.path}/{record.pk}/restore/", {}, 200)
    assert answer["data"]["id"] == record.pk
    record.refresh_from_db()
    assert record.deleted_at is None
    assert record.active is getattr(master, "active_when_restored", True)
    assert record.pk in ids(api.get(f"{view.path}/?id={record.pk}"))
    api.post(f"{view.path}/{record.pk}/restore/", {}, 404)  # it isn't there any more


def test_the_bin_is_closed_to_those_who_may_not_delete(master, user_with, api):
    view = resource_of(master)
    record = make_master(master)
    api.delete(f"{view.path}/{record.pk}/")
    user = user_with(code(master, "view"), code(master, "change"))
    client = ApiClient(user)
    client.get(f"{view.path}/?deleted=true", 403)
    client.post(f"{view.path}/{record.pk}/restore/", {}, 403)
    assert api.get(f"{view.path}/?deleted=perhaps", 400)["errors"][0]["field"] == "deleted"
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(user)
    found = browser.get(f"{address(master, 'changelist')}?bin=1&_once=1")
    assert f"/{record.pk}/change/".encode() not in found.content
    assert browser.get(address(master, "change", record.pk)).status_code in (302, 404)
    assert browser.post(address(master, "restore", record.pk)).status_code == 404


def test_the_list_has_its_bin_and_the_record_its_way_back(master, browser):
    assert master in admin_site._registry
    record = make_master(master)
    listing = address(master, "changelist")
    confirm = browser.get(address(master, "delete", record.pk))
    assert confirm.status_code == 200
    assert b"bin" in confirm.content
    browser.post(address(master, "delete", record.pk), {"post": "yes"})
    record.refresh_from_db()
    assert record.deleted_at is not None
    page = address(master, "change", record.pk)
    assert page.encode() not in browser.get(f"{listing}?_once=1").content
    assert f"/{record.pk}/change/".encode() in browser.get(f"{listing}?bin=1&_once=1").content
    shown = browser.get(page)
    assert address(master, "restore", record.pk).encode() in shown.content
    assert browser.get(address(master, "restore", record.pk)).status_code == 405
    browser.post(address(master, "restore", record.pk))
    record.refresh_from_db()
    assert record.deleted_at is None
    browser.post(
        f"{listing}?_once=1", {"action": "delete_selected", "_selected_action": [record.pk], "post": "yes"}
    )
    record.refresh_from_db()
    assert record.deleted_at is not None
    browser.post(f"{listing}?bin=1&_once=1", {"action": "restore_selected", "_selected_action": [record.pk]})
    record.refresh_from_db()
    assert record.deleted_at is None


def test_forms_offer_nothing_from_the_bin_but_what_the_record_names(browser):
    """A record keeps what it names though that went into the bin; no other gets it any more."""
    euro = Currency.objects.get(code="EUR")
    party, other = make_customer(currency=euro), make_customer()
    Currency.objects.filter(pk=euro.pk).untracked_update(deleted_at=timezone.now())
    assert euro in _offered(browser, party)
    assert euro not in _offered(browser, other)


def _offered(browser, party):
    page = browser.get(reverse("admin:parties_party_change", args=[party.pk]))
    return list(page.context["adminform"].form.fields["currency"].queryset)
