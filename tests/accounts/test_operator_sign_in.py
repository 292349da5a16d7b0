"""The second step on the platform's own host, where nothing is mailed and few tables may be written."""

from __future__ import annotations

import time

import pytest
from django.db import connection
from django.test import Client

from apps.accounts import totp
from apps.accounts.models import SecondFactor, User
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
