"""The second step on the platform's own host, where nothing is mailed and few tables may be written."""

from __future__ import annotations

import os
import subprocess
import sys
import time

import pytest
from django.db import connection
from django.test import Client

from apps.accounts import totp
from apps.accounts.models import SecondFactor, User
from apps.audit.tasks import follow_platform
from apps.core.secrets import secret_read
from tests.kit.owner import owner_connection

PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def operator(commits):
    """Made with the owner's help, as the command for it does."""
    connection.set_schema_to_public()
    with owner_connection() as owner:
        for table in ("accounts_user", "accounts_historicaluser"):
            owner.execute(f"GRANT INSERT ON {table} TO bahi_app")
    return User.objects.create_superuser("op@platform.example", PASSWORD, name="Operator")


def in_public(client, method, path, *data):
    """The answer; afterwards the test is in ``public`` again."""
    answer = getattr(client, method)(path, *data)
    connection.set_schema_to_public()
    return answer


def sign_in(client, operator):
    return in_public(client, "post", "/accounts/login/", {"email": operator.email, "password": PASSWORD})


def code():
    factor = SecondFactor.objects.get()
    return totp.code_at(secret_read(factor, "secret"), int(time.time()) // totp.STEP_SECONDS)


def test_operator_sets_up_an_app_and_is_asked_for_it(operator):
    client, again = Client(HTTP_HOST="platform.localhost"), Client(HTTP_HOST="platform.localhost")
    assert sign_in(client, operator).status_code == 302
    page = in_public(client, "get", "/accounts/security/").content.decode()
    assert "/accounts/security/app/" in page
    assert "/code/" not in page
    in_public(client, "get", "/accounts/security/app/")
    shown = in_public(client, "post", "/accounts/security/app/", {"code": code()}).content.decode()
    assert "Backup codes" in shown
    assert sign_in(again, operator)["Location"] == "/accounts/second-step/"
    SecondFactor.objects.update(last_step=0)
    body = {"way": "totp", "answer": code()}
    assert in_public(again, "post", "/accounts/second-step/", body)["Location"] == "/"


def test_passkey_is_asked_on_the_platforms_host(operator):
    client = Client(HTTP_HOST="platform.localhost")
    answer = in_public(client, "post", "/accounts/passkey/options/")
    assert answer.json()["options"]["publicKey"]["rpId"] == "platform.localhost"
    refused = in_public(client, "post", "/accounts/passkey/", {"answer": "{}"})
    assert "not right" in refused.content.decode()


def test_operator_can_be_made_to_set_up_a_second_factor_before_he_does_anything(operator, settings):
    settings.OPERATOR_SECOND_FACTOR = True
    client = Client(HTTP_HOST="platform.localhost")
    sign_in(client, operator)
    assert in_public(client, "get", "/admin/")["Location"] == "/accounts/security/"
    assert in_public(client, "get", "/accounts/security/").status_code == 200
    in_public(client, "get", "/accounts/security/app/")
    in_public(client, "post", "/accounts/security/app/", {"code": code()})
    assert in_public(client, "get", "/admin/").status_code == 200


def test_production_requires_it_of_operators_unless_it_says_otherwise():
    code = "import config.settings.prod as p; print(p.OPERATOR_SECOND_FACTOR)"
    for extra, said in (({}, "True"), ({"BAHI_OPERATOR_SECOND_FACTOR": "0"}, "False")):
        environment = {**os.environ, "SECRET_KEY": "x" * 50, **extra}
        done = subprocess.run(
            [sys.executable, "-c", code], env=environment, capture_output=True, text=True, check=True
        )
        assert done.stdout.strip() == said


def test_operator_verifies_the_platform_s_own_trail_on_a_page(operator, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    client = Client(HTTP_HOST="platform.localhost")
    assert in_public(client, "get", "/admin/trail/").status_code == 302  # a stranger
    sign_in(client, operator)
    follow_platform()
    page = in_public(client, "get", "/admin/trail/").content.decode()
    assert "Verify now" in page
    assert "Sound" in in_public(client, "post", "/admin/trail/").content.decode()
    with owner_connection(without_triggers=("audit_auditentry",)) as owner:
        owner.execute(
            "UPDATE audit_auditentry SET label = 'somebody else' "
            "WHERE id = (SELECT min(id) FROM audit_auditentry)"
        )
    assert "1 problem" in in_public(client, "post", "/admin/trail/").content.decode()
