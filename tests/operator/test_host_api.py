"""The operator's API on the platform's own host: who gets in, and what it does is what the pages do."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
import yaml
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.utils import timezone
from rest_framework.test import APIClient

from apps.accounts.authentication import BoundRefreshToken
from apps.accounts.models import AccessLog
from apps.core.errors import InvalidInput
from apps.platform.models import Announcement, Figures, Override
from apps.tenancy.models import Organisation, OrganisationJob, Plan, PlatformState
from tests.operator.conftest import PASSWORD

pytestmark = pytest.mark.commits
HOST = "platform.localhost"


@pytest.fixture
def host(operator):
    """The operator's API by a token that he signed in for."""
    client = APIClient(HTTP_HOST=HOST)
    asked = {"email": operator.email, "password": PASSWORD}
    answer = client.post("/api/v1/auth/token/", asked, format="json")
    assert answer.status_code == 200, answer.content
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {answer.json()['data']['access']}")
    return client


def call(client, method, path, data=None, status=200):
    answer = getattr(client, method)(
        f"/api/v1/{path}", data, **({} if method == "get" else {"format": "json"})
    )
    assert answer.status_code == status, answer.content
    connection.set_schema_to_public()
    return answer.json() if answer.content else None


def organisation(**values):
    return Organisation.objects.create(
        slug="bolt", schema_name="org_bolt", name="Bolt & Nut", **{"state": "active", **values}
    )


def test_an_operator_signs_in_and_a_wrong_password_does_not(host, operator):
    assert call(host, "get", "auth/me/")["data"]["email"] == operator.email
    stranger = APIClient(HTTP_HOST=HOST)
    bad = {"email": operator.email, "password": "wrong"}
    wrong = stranger.post("/api/v1/auth/token/", bad, format="json")
    assert (wrong.status_code, wrong.json()["errors"][0]["code"]) == (401, "invalid_credentials")
    nobody = stranger.get("/api/v1/platform/organisations/")
    assert (nobody.status_code, nobody.json()["errors"][0]["code"]) == (401, "not_authenticated")


def test_a_token_of_one_side_is_refused_on_the_other(commits, operator):
    connection.set_tenant(Organisation.objects.get(slug="acme"))
    from tests.factories.accounts import make_user

    inside = str(BoundRefreshToken.for_user(make_user("parties.view_party")).access_token)
    connection.set_schema_to_public()
    outside = str(BoundRefreshToken.for_user(operator).access_token)
    for token, where, path in (
        (inside, HOST, "platform/organisations/"),
        (inside, HOST, "platform/dashboard/"),
        (outside, "acme.localhost", "accounts/users/"),
        (outside, "acme.localhost", "auth/me/"),
    ):
        client = APIClient(HTTP_HOST=where)
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
        answer = client.get(f"/api/v1/{path}")
        assert (answer.status_code, answer.json()["errors"][0]["code"]) == (401, "token_not_valid"), path


def test_who_is_no_operator_is_refused_everywhere(host, operator):
    type(operator).objects.filter(pk=operator.pk).update(is_superuser=False)
    document = yaml.safe_load(Path("docs/openapi-platform.yaml").read_text())
    asked = 0
    for path, operations in document["paths"].items():
        if "/auth/token/" in path:
            continue
        for method in operations:
            address = path.replace("{id}", "1").replace("{verb}", "suspend")
            answer = getattr(host, method)(address, {}, format="json")
            said = (answer.status_code, answer.json()["errors"][0]["code"])
            assert said == (403, "permission_denied"), (method, path)
            asked += 1
    assert asked > 25


def test_an_organisation_is_entered_changed_and_listed(host):
    plan = call(host, "post", "platform/plans/", {"code": "small", "name": "Small", "users": 5}, 201)["data"]
    asked = {"slug": "nova", "name": "Nova Tools", "administrator": "asha@nova.example", "plan": plan["id"]}
    made = call(host, "post", "platform/organisations/", asked, 201)["data"]
    assert (made["state"], made["plan"], made["limits"]["users"]) == ("approved", plan["id"], 5)
    assert OrganisationJob.objects.filter(slug="nova", work="provision").exists()
    path = f"platform/organisations/{made['id']}/"
    changed = call(
        host, "patch", path, {"name": "Nova", "modules": ["teleport"], "limits": {"users": 9}}, 400
    )
    assert changed["errors"][0]["field"] == "modules"
    changed = call(host, "patch", path, {"name": "Nova", "limits": {"users": 9}})["data"]
    assert (changed["name"], changed["limits"]["users"], changed["own_limits"]) == ("Nova", 9, {"users": 9})
    found = call(host, "get", "platform/organisations/?search=nova&state=approved")
    assert [row["slug"] for row in found["data"]] == ["nova"]
    assert call(host, "get", "platform/jobs/?work=provision")["data"][0]["slug"] == "nova"


def test_the_life_of_an_organisation_over_the_api_is_that_of_the_pages(host, operator):
    row = organisation()
    path = f"platform/organisations/{row.pk}/"
    refused = call(host, "post", path + "suspend/", {}, 400)
    assert refused["errors"][0]["field"] == "reason"
    assert call(host, "post", path + "suspend/", {"reason": "Unpaid"})["data"]["state"] == "suspended"
    entry = AccessLog.objects.order_by("-pk").first()
    assert entry.detail["action"] == "suspend"
    assert (entry.label, entry.user_id) == ("Omkar (platform operator)", operator.pk)
    assert call(host, "post", path + "suspend/", {"reason": "again"}, 409)["errors"][0]["code"] == (
        "invalid_transition"
    )
    assert call(host, "post", path + "restore/")["data"]["state"] == "active"
    assert call(host, "post", path + "delete/", {"confirm": "bolt"}, 400)["errors"][0]["field"] == "state"
    assert call(host, "post", path + "schedule/")["data"]["delete_after"]
    assert call(host, "post", path + "delete/", {"confirm": "bolts"}, 400)["errors"][0]["field"] == "confirm"
    assert call(host, "post", path + "undo/")["data"]["state"] == "active"
    call(host, "post", path + "explode/", {}, 404)


def test_a_request_is_refused_with_a_reason(host):
    row = organisation(state="requested")
    path = f"platform/organisations/{row.pk}/refuse/"
    assert call(host, "post", path, {}, 400)["errors"][0]["field"] == "reason"
    call(host, "post", path, {"reason": "No such firm"})
    assert not Organisation.objects.filter(pk=row.pk).exists()


def test_a_visit_is_asked_with_a_reason_linked_once_and_ended(host):
    row = Organisation.objects.get(slug="acme")
    path = f"platform/organisations/{row.pk}/visits/"
    assert call(host, "post", path, {"reason": "x"}, 400)["errors"][0]["field"] == "reason"
    made = call(host, "post", path, {"reason": "Look at the stock report", "minutes": 30}, 201)
    visit = made["data"]
    assert (visit["state"], visit["may_write"]) == ("granted", False)
    assert made["message"] == "The operator may enter."
    link = call(host, "post", f"platform/visits/{visit['id']}/link/")["data"]["link"]
    assert "/organisation/override/" in link
    page = Client(HTTP_HOST="acme.localhost").get("/" + link.split("/", 3)[3])
    assert page.status_code == 200
    connection.set_schema_to_public()
    ended = call(host, "post", f"platform/visits/{visit['id']}/end/")["data"]
    assert ended["state"] == "ended"
    assert Override.objects.get(pk=visit["id"]).ended_why == "platform"


@pytest.mark.parametrize("by_page", [True, False])
def test_that_an_organisation_did_not_let_the_operator_in_stays_in_the_log(host, operator, by_page):
    row = Organisation.objects.get(slug="acme")
    Organisation.objects.filter(pk=row.pk).update(operator_access="forbid")
    asked = {"reason": "Look at the stock report"}
    if by_page:
        operator.browser.post(f"/admin/tenancy/organisation/{row.pk}/override/", asked)
        connection.set_schema_to_public()
    else:
        refused = call(host, "post", f"platform/organisations/{row.pk}/visits/", asked, 409)
        assert refused["errors"][0]["code"] == "forbidden_by_organisation"
    entry = AccessLog.objects.filter(event="platform").latest("pk")
    assert entry.detail == {"action": "override_forbidden", "organisation": "acme", **asked}
    assert (entry.label, entry.user_id) == ("Omkar (platform operator)", operator.pk)
    assert not Override.objects.exists()


@pytest.mark.parametrize(
    ("field", "value"),
    [("time_zone", "Mars/Olympus"), ("language", "xx"), ("country", "I1"), ("number_format", "roman")],
)
def test_a_time_zone_or_language_that_is_not_there_is_refused_by_its_name(host, field, value):
    row = organisation()
    kept = getattr(row, field)
    answer = call(host, "patch", f"platform/organisations/{row.pk}/", {field: value}, 400)
    assert [item["field"] for item in answer["errors"]] == [field]
    row.refresh_from_db()
    assert getattr(row, field) == kept
    asked = {"slug": "nova", "name": "Nova", "administrator": "asha@nova.example", field: value}
    answer = call(host, "post", "platform/organisations/", asked, 400)
    assert field in [item["field"] for item in answer["errors"]]
    assert not Organisation.objects.filter(slug="nova").exists()


def test_formats_of_an_organisation_are_changed_and_the_log_says_from_what_to_what(host):
    row = organisation(enabled_modules=[])  # which may be so, and is no reason to refuse the rest
    asked = {"country": "ae", "number_format": "western", "date_format": "iso"}
    changed = call(host, "patch", f"platform/organisations/{row.pk}/", asked)["data"]
    assert {name: changed[name] for name in asked} == {**asked, "country": "AE"}
    entry = AccessLog.objects.filter(event="platform").latest("pk")
    assert (entry.detail["action"], entry.detail["organisation"]) == ("organisation_changed", "bolt")
    assert entry.detail["changes"] == {
        "country": ["IN", "AE"], "number_format": ["indian", "western"], "date_format": ["day_dash", "iso"],
    }  # fmt: skip


def test_a_list_reads_only_the_newest_counts_of_each_organisation(host, operator, monkeypatch):
    row = organisation()
    for day in (date(2026, 4, 1), date(2026, 4, 3), date(2026, 4, 2)):
        Figures.objects.create(organisation=row, day=day, users=day.day)
    read, usual = [], Figures.from_db

    def seen(_model, *columns):
        figures = usual(*columns)
        read.append(figures.day.day)
        return figures

    monkeypatch.setattr(Figures, "from_db", classmethod(seen))
    (shown,) = call(host, "get", "platform/organisations/?search=bolt")["data"]
    page = operator.browser.get("/admin/tenancy/organisation/?q=bolt").content.decode()
    assert (shown["counts"]["day"], shown["counts"]["users"]) == ("2026-04-03", 3)
    assert "3, 0" in page
    assert read == [3, 3]  # once by each


def test_a_search_with_odd_signs_or_many_words_is_answered(host):
    organisation()
    for text in ("%00", "bo%00lt", "nut+bolt", "nut+bolt+bolt+bolt+bolt+bolt+unread"):
        rows = call(host, "get", f"platform/organisations/?search={text}")["data"]
        assert "bolt" in [row["slug"] for row in rows], text
    assert call(host, "get", "platform/organisations/?search=nut+acme")["data"] == []
    for path in ("sign-ups", "visits", "plans", "announcements", "jobs"):
        assert call(host, "get", f"platform/{path}/?search=%00nowhere")["data"] == []


def test_announcements_maintenance_and_sign_up_are_switched(host):
    now = timezone.now()
    asked = {
        "title": "Update on Sunday", "tone": "info", "starts_at": now.isoformat(),
        "ends_at": (now + timedelta(days=1)).isoformat(),
    }  # fmt: skip
    bad = {**asked, "ends_at": (now - timedelta(days=1)).isoformat()}
    call(host, "post", "platform/announcements/", bad, 400)
    wrong = call(host, "post", "platform/announcements/", {**asked, "organisations": [999999]}, 400)
    assert wrong["errors"][0]["field"] == "organisations"
    made = call(host, "post", "platform/announcements/", asked, 201)["data"]
    path = f"platform/announcements/{made['id']}/"
    assert call(host, "patch", path, {"tone": "warning"})["data"]["tone"] == "warning"
    call(host, "delete", path, None, 204)
    assert not Announcement.objects.exists()
    assert call(host, "put", "platform/maintenance/", {"on": True, "text": "Back at nine"})["data"]["on"]
    assert PlatformState.current().maintenance
    call(host, "put", "platform/maintenance/", {"on": False})
    assert call(host, "patch", "platform/settings/", {"sign_up": True})["data"]["sign_up"]
    backups = {"backup_own_bucket": True, "backup_keep_days": 90}
    saved = call(host, "patch", "platform/settings/", backups)["data"]
    assert saved == {"sign_up": True, **backups}
    bad = call(host, "patch", "platform/settings/", {"backup_keep_days": 0}, 400)
    assert bad["errors"][0]["field"] == "backup_keep_days"


def test_the_dashboard_and_the_lists_count_and_never_show_business(host):
    data = call(host, "get", "platform/dashboard/")["data"]
    assert {"states", "totals", "health", "to_do", "days"} <= set(data)
    for path in ("modules", "sign-ups", "visits", "plans", "announcements", "jobs", "backups", "settings"):
        call(host, "get", f"platform/{path}/")
    assert (
        call(host, "get", "platform/organisations/?colour=red", None, 400)["errors"][0]["field"] == "colour"
    )
    assert call(host, "get", "platform/organisations/?plan=x", None, 400)["errors"][0]["field"] == "plan"
    row = Organisation.objects.get(slug="acme")
    call(host, "get", f"platform/organisations/{row.pk}/figures/")
    call(host, "get", "platform/organisations/999999/", None, 404)


def test_the_same_call_sent_twice_is_done_once(host):
    asked = {"code": "twice", "name": "Twice"}
    first = host.post("/api/v1/platform/plans/", asked, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    again = host.post("/api/v1/platform/plans/", asked, format="json", HTTP_IDEMPOTENCY_KEY="k1")
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json()["data"]["id"] == again.json()["data"]["id"]
    assert Plan.objects.filter(code="twice").count() == 1


def test_sign_in_here_is_slowed_down_by_address(commits, monkeypatch):
    from apps.core.api.throttling import SignInThrottle

    monkeypatch.setattr(SignInThrottle, "THROTTLE_RATES", {"sign_in": "2/min"})
    stranger = APIClient(HTTP_HOST=HOST, REMOTE_ADDR="203.0.113.9")
    bad = {"email": "nobody@platform.example", "password": "wrong"}
    statuses = [stranger.post("/api/v1/auth/token/", bad, format="json").status_code for _ in range(4)]
    assert statuses[-1] == 429


def test_the_document_of_this_host_is_the_committed_one(tmp_path):
    made = tmp_path / "openapi.yaml"
    call_command("spectacular", urlconf="config.urls_public", file=str(made))
    assert made.read_text() == Path("docs/openapi-platform.yaml").read_text()


@pytest.mark.django_db
def test_a_plan_with_an_unknown_module_is_refused():
    from apps.platform.services.organisations import plan_save

    connection.set_schema_to_public()
    with pytest.raises(InvalidInput) as refused:
        plan_save(Plan(), {"code": "odd", "name": "Odd", "modules": ["teleport"]})
    assert refused.value.field == "modules"
