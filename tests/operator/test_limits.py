"""Limits of plans: refused with the limit's name, counted exactly, never passed by racing."""

from __future__ import annotations

import uuid

import pytest
from django.db import connection

from apps.accounts.services.users import user_create, user_deactivate, user_restore
from apps.company.models import Company
from apps.company.services.companies import company_create
from apps.core.errors import InvalidInput
from apps.core.quota import LimitReached, quota_used
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep
from apps.messaging.models import Notification
from apps.platform.services.warnings import limits_warn
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation, Plan, Usage
from apps.tenancy.services import limits
from apps.tenancy.services.limits import plan_set, usage_of
from apps.tenancy.services.provisioning import modules_switch
from tests.factories import invoicing
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def limited(**values):
    """acme under a plan with these limits; the test goes on inside acme."""
    connection.set_schema_to_public()
    acme = Organisation.objects.get(slug="acme")
    modules = values.pop("modules", [])
    plan = Plan.objects.create(code=f"p{uuid.uuid4().hex[:8]}", name="Small", modules=modules, **values)
    plan_set(acme, plan=plan)
    forget_hosts()
    connection.set_tenant(Organisation.objects.select_related("plan").get(pk=acme.pk))
    return acme


def draft_maker():
    """A function that enters one more draft receipt."""
    firm, buyer = invoicing.company(), invoicing.customer()
    return lambda: invoicing.receipt(company=firm, party=buyer, amount="10", post=False)


def person(number):
    return user_create(email=f"p{number}@acme.example", name=f"P {number}", roles=[])


def test_users(administrator):
    before = quota_used("users")
    limited(users=before + 1)
    first = person(1)
    with pytest.raises(LimitReached) as refused:
        person(2)
    assert (refused.value.field, refused.value.code, refused.value.status) == ("users", "limit_reached", 403)
    assert f"{before + 1} users" in refused.value.detail
    user_deactivate(user=first, by=administrator)
    person(2)
    first.refresh_from_db()
    with pytest.raises(LimitReached):
        user_restore(user=first, by=administrator)


def test_api_names_the_limit(administrator):
    limited(users=quota_used("users"))
    body = ApiClient(administrator).post(
        "accounts/users/", {"email": "x@acme.example", "name": "X", "roles": []}, expect=403
    )
    assert body["errors"][0]["field"] == "users"
    assert body["errors"][0]["code"] == "limit_reached"


def test_companies():
    limited(companies=Company.objects.count())
    with pytest.raises(LimitReached):
        company_create(code="TWO", legal_name="Two", trade_name="Two", state_code="27")


def test_storage(administrator):
    limited(storage=1)
    file_keep(b"x" * 700_000, name="a.txt")
    with pytest.raises(LimitReached) as refused:
        file_keep(b"x" * 700_000, name="b.txt")
    assert "1 MB" in refused.value.detail
    assert StoredFile.objects.count() == 1


def test_documents_of_the_month_count_what_was_there_before():
    draft = draft_maker()
    draft()
    used = quota_used("documents")
    assert used >= 1
    limited(documents=used + 1)
    draft()
    with pytest.raises(LimitReached) as refused:
        draft()
    assert refused.value.field == "documents"
    assert Usage.objects.get(metric="documents").used == used + 1


def test_api_calls_answer_429_with_the_time_to_wait(administrator):
    limited(api_calls=2)
    api = ApiClient(administrator)
    api.get("auth/me/")
    api.get("auth/me/")
    body = api.get("auth/me/", expect=429)
    assert body["errors"][0]["code"] == "limit_reached"
    assert 0 < int(api.last["Retry-After"]) <= 86_401


def test_modules_outside_the_plan(acme):
    keys = acme.enabled_modules
    with pytest.raises(InvalidInput):
        limited(modules=keys[:1])
    plan = Plan.objects.create(code="all", name="All", modules=keys)
    plan_set(acme, plan=plan)
    other = [key for key in keys if key != "sales"]
    modules_switch(acme, keys=other)
    plan.modules = other
    plan.save()
    acme.refresh_from_db()
    with pytest.raises(InvalidInput) as refused:
        modules_switch(acme, keys=keys)
    assert refused.value.code == "limit_reached"


def test_own_limits_go_before_the_plan(acme):
    plan = Plan.objects.create(code="p", name="P", users=5, companies=2)
    plan_set(acme, plan=plan, own_limits={"users": 9, "companies": None})
    assert (acme.limit_of("users"), acme.limit_of("companies"), acme.limit_of("storage")) == (9, None, None)
    with pytest.raises(InvalidInput):
        plan_set(acme, plan=plan, own_limits={"nonsense": 1})


def test_usage_page_and_warning_once_a_period(administrator):
    count = quota_used("users")
    acme = limited(users=count)
    assert next(line for line in usage_of(acme) if line.metric == "users").tone == "danger"
    page = ApiClient(administrator).client
    page.force_login(administrator)
    html = page.get("/organisation/usage/").content.decode()
    assert "Small" in html
    assert "100 %" in html
    connection.set_tenant(Organisation.objects.select_related("plan").get(pk=acme.pk))
    assert limits_warn() == 1
    assert limits_warn() == 0
    assert Notification.objects.filter(event="platform.limit", user=administrator).count() == 1


def test_usage_page_is_for_those_who_may(user_with):
    page = ApiClient(user_with("sales.view_order")).client
    page.force_login(user_with("sales.view_order"))
    assert page.get("/organisation/usage/").status_code == 403


def test_an_organisation_without_limits_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        limits.limit_claim("documents")
