"""Removing the demo from within: only there, only by an administrator, only with the name typed."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.core.errors import Refused
from apps.tenancy.choices import OrganisationState
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation, OrganisationJob
from apps.tenancy.services.provisioning import removal_begin, removal_undo
from tests.kit.clients import signed_in

pytestmark = pytest.mark.django_db
PAGE = "/demo/remove/"


@pytest.fixture
def demo(db):
    """Acme, for once a demo."""
    Organisation.objects.filter(slug="acme").update(is_demo=True)
    forget_hosts()
    connection.tenant.is_demo = True
    yield Organisation.objects.get(slug="acme")
    connection.tenant.is_demo = False
    forget_hosts()


def state() -> str:
    return Organisation.objects.get(slug="acme").state


def test_page_opens_to_whoever_holds_its_permission(demo, user_with):
    assert signed_in(user_with("demo.remove_demo")).get(PAGE).status_code == 200
    assert signed_in(user_with("sales.view_order")).get(PAGE).status_code == 403


def test_page_exists_only_in_a_demo_and_for_its_administrator(demo, administrator, user_with):
    assert "Remove the demo" in signed_in(administrator).get("/").content.decode()
    clerk = user_with("sales.view_order")
    assert "Remove the demo" not in signed_in(clerk).get("/").content.decode()
    assert signed_in(clerk).get(PAGE).status_code == 403
    assert signed_in(clerk).post(PAGE, {"confirm": demo.name}).status_code == 403
    Organisation.objects.filter(pk=demo.pk).update(is_demo=False)
    forget_hosts()
    browser = signed_in(administrator)
    assert browser.get(PAGE).status_code == 404
    assert browser.post(PAGE, {"confirm": demo.name}).status_code == 404
    assert state() == OrganisationState.ACTIVE


@pytest.mark.parametrize("typed", ["", "acme", "ACME!"])
def test_wrong_name_removes_nothing(demo, administrator, typed):
    answer = signed_in(administrator).post(PAGE, {"confirm": typed})
    assert answer.status_code == 422
    assert "Type the name" in answer.content.decode()
    assert state() == OrganisationState.ACTIVE


def test_typed_name_closes_the_demo_and_shows_the_progress(demo, administrator):
    browser = signed_in(administrator)
    answer = browser.post(PAGE, {"confirm": f" {demo.name} "})
    assert (answer.status_code, answer.headers["Location"]) == (302, "/")
    assert state() == OrganisationState.REMOVING
    connection.set_schema_to_public()
    assert OrganisationJob.objects.get(organisation=demo).work == "delete"
    forget_hosts()
    assert "Waiting for the worker" in browser.get("/").content.decode()
    status = browser.get("/setup/status/").json()
    assert (status["state"], status["percent"]) == ("removing", 10)
    assert browser.get("/api/v1/sales/orders/").status_code == 503
    assert "data-setup-status" in browser.get("/admin/").content.decode()
    removal_undo(Organisation.objects.get(pk=demo.pk))
    assert state() == OrganisationState.ACTIVE


def test_only_an_open_demo_can_be_removed(demo):
    organisation = Organisation.objects.get(pk=demo.pk)
    organisation.is_demo = False
    with pytest.raises(Refused):
        removal_begin(organisation)
    organisation.is_demo = True
    Organisation.objects.filter(pk=demo.pk).update(state=OrganisationState.SUSPENDED)
    with pytest.raises(Refused):
        removal_begin(organisation)
