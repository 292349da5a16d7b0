"""What the administrator's pages do over the API: under the same rights, and with the same fresh proof."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts import totp
from apps.accounts.models import AccessLog, Role, SecondFactor, SignInSession
from apps.messaging.models import TextGateway
from apps.tenancy.models import DomainClaim, Organisation, Plan

pytestmark = pytest.mark.django_db
READ = (
    "platform/organisation/", "platform/usage/", "platform/modules/", "platform/domains/",
    "platform/sign-in-page/", "platform/operator/", "accounts/sign-in-policy/", "accounts/matrix/",
    "accounts/matrix/changes/", "accounts/separation/", "backup/backups/", "backup/plan/",
    "audit/verify/", "privacy/file-encryption/", "messaging/text-gateway/", "sso/rule/", "sso/keys/",
)  # fmt: skip
PROVEN = (
    ("post", "platform/domains/", {"domain": "erp.acme.in"}),
    ("post", "platform/leave/", {"name": "Acme", "without_copy": True}),
    ("put", "accounts/sign-in-policy/", {"require_for": "all", "methods": ["totp"]}),
    ("patch", "backup/plan/", {"keep_days": 2}),
    ("post", "privacy/file-encryption/", {}),
    ("put", "sso/rule/", {"force": "nobody"}),
    ("post", "sso/keys/next/", {}),
    ("post", "auth/second-factors/totp/", {}),
    ("post", "auth/second-factors/backup-codes/", {}),
)


def stale():
    """As after twenty minutes: the sign-in is good, its proof is old."""
    SignInSession.objects.all().untracked_update(confirmed_at=timezone.now() - timedelta(minutes=20))


@pytest.mark.parametrize("path", READ)
def test_the_administrator_reads_and_a_clerk_is_refused(api, api_as, user_with, path):
    assert api.get(path)["success"]
    refused = api_as(user_with("parties.view_party")).get(path, expect=403)
    assert refused["success"] is False


@pytest.mark.parametrize(("method", "path", "body"), PROVEN)
def test_an_old_sign_in_is_asked_for_a_fresh_proof(api, method, path, body):
    stale()
    answer = getattr(api, method)(path, body, expect=403)
    assert answer["errors"][0]["code"] == "confirmation_required"


def test_modules_are_switched_within_the_plan_and_records_stay(api, administrator):
    rows = {row["key"]: row for row in api.get("platform/modules/")["data"]}
    assert rows["sales"]["on"]
    keys = [key for key, row in rows.items() if row["on"] and key != "sales"]
    api.put("platform/modules/", {"modules": keys})
    connection.tenant = Organisation.objects.get(slug="acme")
    assert "sales" not in connection.tenant.enabled_modules
    entry = AccessLog.objects.filter(event="platform").order_by("-pk").first()
    assert entry.detail["off"] == ["sales"]
    plan = Plan.objects.create(code="lean", name="Lean", modules=keys)
    Organisation.objects.filter(slug="acme").update(plan=plan)
    refused = api.put("platform/modules/", {"modules": [*keys, "sales"]}, expect=400)
    assert refused["errors"][0]["field"] == "modules"
    assert "sales" not in {row["key"] for row in api.get("platform/modules/")["data"]}


def test_the_page_of_modules_says_what_goes_out_of_sight(administrator):
    browser = Client(HTTP_HOST="acme.localhost")
    browser.force_login(administrator, backend="apps.accounts.backends.RoleBackend")
    page = browser.get("/organisation/modules/")
    assert page.status_code == 200
    assert 'name="module" value="sales" checked' in page.content.decode()
    keys = [key for key in Organisation.objects.get(slug="acme").enabled_modules if key != "sales"]
    assert browser.post("/organisation/modules/", {"module": keys}).status_code == 302
    assert "sales" not in Organisation.objects.get(slug="acme").enabled_modules


def test_a_domain_is_claimed_and_given_back(api):
    rows = api.post("platform/domains/", {"domain": "erp.acme.in"})["data"]
    assert rows[0]["record_name"] == "_bahi-verify.erp.acme.in"
    api.post(f"platform/domains/{rows[0]['id']}/remove/", {}, expect=200)
    assert not DomainClaim.objects.exists()
    api.post("platform/domains/99999/verify/", {}, expect=404)
    assert api.post("platform/domains/", {"domain": "x"}, expect=400)["errors"][0]["field"] == "domain"


def test_the_operator_is_kept_out_and_the_look_changed(api):
    assert api.patch("platform/operator/", {"access": "forbid"})["data"]["access"] == "forbid"
    assert Organisation.objects.get(slug="acme").operator_access == "forbid"
    assert api.patch("platform/operator/", {"access": "x"}, expect=400)["errors"][0]["field"] == "access"
    api.post("platform/operator/99999/end/", {}, expect=404)
    look = api.patch("platform/sign-in-page/", {"text": "Welcome", "accent": "#0b6644"})["data"]
    assert (look["text"], look["accent"], look["background"]) == ("Welcome", "#0b6644", "")


def test_leaving_asks_for_the_name_and_a_copy(api):
    refused = api.post("platform/leave/", {"name": "Acme"}, expect=400)
    assert refused["errors"][0]["field"] == "without_copy"
    refused = api.post("platform/leave/", {"name": "Other", "without_copy": True}, expect=400)
    assert refused["errors"][0]["field"] == "name"
    assert Organisation.objects.get(slug="acme").state == "active"


def test_the_rules_of_second_factors_are_set(api, administrator):
    role = Role.objects.filter(deleted_at=None).first()
    asked = {"require_for": "roles", "roles": [role.pk], "methods": ["totp", "passkey"]}
    saved = api.put("accounts/sign-in-policy/", asked)["data"]
    assert saved == {"require_for": "roles", "roles": [role.pk], "methods": ["passkey", "totp"]}
    bad = api.put("accounts/sign-in-policy/", {**asked, "roles": [999999]}, expect=400)
    assert bad["errors"][0]["field"] == "roles"


def test_an_authenticator_app_is_set_up_and_removed(api, administrator):
    begun = api.post("auth/second-factors/totp/", {}, expect=200)["data"]
    wrong = api.post("auth/second-factors/totp/confirm/", {"code": "000000"}, expect=400)
    assert wrong["errors"][0]["field"] == "code"
    code = totp.code_at(begun["seed"], int(time.time()) // 30)
    done = api.post("auth/second-factors/totp/confirm/", {"code": code})["data"]
    assert len(done["backup_codes"]) == 10
    factor = SecondFactor.objects.get(user=administrator)
    api.delete(f"auth/second-factors/{factor.pk}/")
    assert not SecondFactor.objects.filter(user=administrator).exists()
    api.post("auth/second-factors/backup-codes/", {}, expect=409)
    api.post("auth/second-factors/pigeon/", {}, expect=404)


def test_roles_are_copied_reset_and_the_matrix_saved_and_undone(api):
    ready = Role.objects.filter(is_ready=True, deleted_at=None, code="sales_user").first()
    asked = {"code": "counter", "name": "Counter"}
    made = api.post(f"accounts/roles/{ready.pk}/copy/", asked)["data"]
    assert sorted(made["permissions"]) == sorted(ready.permissions)
    matrix = api.get("accounts/matrix/", module="parties")["data"]
    version = next(row["version"] for row in matrix["roles"] if row["id"] == made["id"])
    change = {"role": made["id"], "version": version, "permissions": ["parties.view_party"]}
    saved = api.put("accounts/matrix/", {"module": "parties", "roles": [change]})["data"]
    cells = {row["permission"]: row["roles"]["counter"] for row in saved["rows"]}
    assert {code for code, state in cells.items() if state != "off"} == {"parties.view_party"}
    bad = {"role": made["id"], "version": version, "permissions": ["parties.fly"]}
    refused = api.put("accounts/matrix/", {"module": "parties", "roles": [bad]}, expect=400)
    assert refused["errors"][0]["field"] == "roles.0.permissions"
    refused = api.put("accounts/matrix/", {"module": "parties", "roles": [change, change]}, expect=400)
    assert refused["errors"][0]["field"] == "roles.1.role"
    last = api.get("accounts/matrix/changes/")["data"][0]
    api.post(f"accounts/matrix/changes/{last['id']}/undo/", {}, expect=200)
    assert sorted(api.get(f"accounts/roles/{made['id']}/")["data"]["permissions"]) == sorted(
        ready.permissions
    )
    api.post(f"accounts/roles/{made['id']}/reset/", {}, expect=409)  # one's own can't be reset
    api.post(f"accounts/roles/{ready.pk}/reset/", {}, expect=200)


def test_why_answers_with_its_steps(api, user_with):
    clerk = user_with("parties.view_party")
    found = api.get("accounts/why/", user=clerk.pk, permission="parties.view_party")["data"]
    assert found["allowed"]
    assert found["steps"]
    assert not api.get("accounts/why/", user=clerk.pk, permission="accounts.view_role")["data"]["allowed"]
    assert {row["permission"] for row in api.get("accounts/why/", user=clerk.pk)["data"]} >= {
        "parties.view_party"
    }
    assert api.get("accounts/why/", user="x", expect=400)["errors"][0]["field"] == "user"
    bad = api.get("accounts/why/", user=clerk.pk, permission="a.b", expect=400)
    assert bad["errors"][0]["field"] == "permission"


def test_separation_backups_audit_and_encryption_start(api):
    rule = api.get("accounts/separation/")["data"]["rules"][0]
    api.put("accounts/separation/", {"rule": rule["rule"], "mode": "off"})
    bad = api.put("accounts/separation/", {"rule": rule["rule"], "mode": "maybe"}, expect=400)
    assert bad["errors"][0]["field"] == "mode"
    for path in ("backup/backups/", "audit/verify/", "privacy/file-encryption/"):
        assert api.post(path, {}, expect=202)["data"]["job"]
    api.get("backup/backups/none.bahibackup/", expect=404)


def test_the_token_of_the_gateway_is_written_and_never_read(api):
    asked = {"gateway": "simulator", "sender": "ACMEIN", "token": "s3cret-t0ken"}
    shown = api.patch("messaging/text-gateway/", asked)["data"]
    assert shown["has_token"]
    assert shown["sender"] == "ACMEIN"
    assert "s3cret" not in str(api.get("messaging/text-gateway/"))
    assert TextGateway.objects.get().token != "s3cret-t0ken"
    bad = api.patch("messaging/text-gateway/", {"gateway": "http", "url": "http://127.0.0.1/"}, expect=400)
    assert bad["errors"][0]["field"] == "url"


def test_the_rule_of_single_sign_on_names_what_is_wrong(api):
    bad = api.put("sso/rule/", {"force": "sometimes"}, expect=400)
    assert bad["errors"][0]["field"] == "force"
    bad = api.put("sso/rule/", {"force": "roles", "roles": [999999]}, expect=400)
    assert bad["errors"][0]["field"] == "roles"
    api.post("sso/provider-address/99999/", {}, expect=404)
    api.post("sso/keys/burn/", {}, expect=404)
