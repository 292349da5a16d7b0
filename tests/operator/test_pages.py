"""The operator's pages, as he sees them."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client

from apps.accounts.models import AccessLog
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation, Plan, PlatformState
from apps.tenancy.services.maintenance import maintenance_organisation

pytestmark = pytest.mark.commits


def ask(path="/accounts/login/", host="acme.localhost"):
    answer = Client(HTTP_HOST=host).get(path)
    connection.set_schema_to_public()
    return answer


PATHS = (
    "", "tenancy/organisation/", "tenancy/organisation/add/", "tenancy/plan/", "tenancy/plan/add/",
    "platform/signup/", "platform/announcement/", "platform/announcement/add/", "platform/override/",
    "jobs/",
    "jobs/?state=failed", "jobs/?state=nonsense", "tenancy/organisationjob/", "tenancy/deletionrecord/",
    "accounts/accesslog/", "accounts/user/", "settings/",
)  # fmt: skip


def test_open(operator):
    for path in PATHS:
        assert operator.browser.get(f"/admin/{path}").status_code == 200, path
    connection.set_schema_to_public()
    acme = Organisation.objects.get(slug="acme")
    page = operator.browser.get(f"/admin/tenancy/organisation/{acme.pk}/change/").content.decode()
    assert "Enter as operator" in page


def test_what_organisations_may_choose_of_their_backups_is_set_on_the_page(operator):
    answer = operator.browser.post("/admin/settings/", {"part": "backups", "keep_days": "45", "own": "1"})
    assert answer.status_code == 302
    connection.set_schema_to_public()
    state = PlatformState.current()
    assert (state.backup_keep_days, state.backup_own_bucket) == (45, True)
    for wrong in ("0", "4000", "", "x"):
        answer = operator.browser.post("/admin/settings/", {"part": "backups", "keep_days": wrong})
        assert "From 1 to 3650 days." in answer.content.decode()
    connection.set_schema_to_public()
    assert PlatformState.current().backup_keep_days == 45


def test_strangers_see_none(commits):
    for path in PATHS:
        assert Client(HTTP_HOST="platform.localhost").get(f"/admin/{path}").status_code == 302


def _change(operator, path, data):
    answer = operator.browser.post(f"/admin/{path}", data, follow=True)
    connection.set_schema_to_public()
    forget_hosts()
    return answer


def test_many_at_once_ask_first_and_name_who_refuses(operator):
    ids = list(Organisation.objects.order_by("slug").values_list("pk", flat=True))
    maintenance_organisation(Organisation.objects.get(pk=ids[0]), on=False)
    data = {"action": "many_suspend", "_selected_action": ids}
    page = operator.browser.post("/admin/tenancy/organisation/", data).content.decode()
    assert "Reason" in page
    Organisation.objects.filter(pk=ids[0]).update(state="archived")
    done = _change(operator, "tenancy/organisation/", {**data, "sure": "1", "reason": "Audit"})
    states = dict(Organisation.objects.values_list("pk", "state"))
    assert (states[ids[0]], states[ids[1]]) == ("archived", "suspended")
    assert "Done for 1 organisations" in done.content.decode()


def test_plan_modules_state_maintenance_and_visit_from_the_page(operator):
    acme = Organisation.objects.get(slug="acme")
    accent = acme.accent
    plan = Plan.objects.create(code="small", name="Small", users=3)
    data = {
        "name": acme.name, "plan": plan.pk, "enabled_modules": acme.enabled_modules,
        "time_zone": acme.time_zone,
        "language": "en", "fiscal_year_start": 4, "accent": "#0B6644", "is_default": "on",
        "limit_users": "7",
    }  # fmt: skip
    _change(operator, f"tenancy/organisation/{acme.pk}/change/", data)
    acme.refresh_from_db()
    assert (acme.plan, acme.limit_of("users")) == (plan, 7)
    entry = AccessLog.objects.filter(event="platform", detail__action="organisation_changed").get()
    assert entry.detail["changes"] == {"accent": [accent, "#0b6644"]}
    page = _change(operator, f"tenancy/organisation/{acme.pk}/override/", {"reason": "Help asked for"})
    assert "/organisation/override/" in page.content.decode()
    _change(operator, f"tenancy/organisation/{acme.pk}/maintenance/", {"on": "1", "text": "Soon"})
    assert ask().status_code == 503
    _change(operator, f"tenancy/organisation/{acme.pk}/maintenance/", {"on": "0"})
    _change(operator, f"tenancy/organisation/{acme.pk}/state/suspend/", {"reason": "Fee"})
    acme.refresh_from_db()
    assert (acme.state, acme.state_reason) == ("suspended", "Fee")
    _change(operator, "settings/", {"part": "sign_up", "on": "1"})
    assert ask("/sign-up/", host="platform.localhost").status_code == 200
