"""Operators of the platform: seen on a page, ended and helped by one another; none lets another in."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLog, SecondFactor, SignInSession
from apps.core.errors import Refused
from apps.core.tenant import organisation_context
from apps.platform.choices import OverrideState
from apps.platform.models import Override
from apps.platform.services.operators import operator_end
from apps.platform.services.override import override_address, override_ask, override_link
from apps.tenancy.models import Organisation
from tests.kit.owner import owner_connection
from tests.operator.conftest import PASSWORD

pytestmark = pytest.mark.commits
PAGE = "/admin/accounts/user/"


@pytest.fixture
def leela(operator):
    """A second operator, in her own browser."""
    User = get_user_model()
    with owner_connection() as link:
        link.execute(
            "INSERT INTO public.accounts_user (password, is_superuser, email, name, phone, is_active,"
            " is_staff, is_portal, time_zone, language, theme, density, favourites, quick_create, created_at,"
            " version) SELECT password, true, 'leela@platform.example', 'Leela', '', true, true, false, '',"
            " 'en', 'auto', 'compact', '[]', '{}', now(), 1 FROM public.accounts_user WHERE id = %s",
            [operator.pk],
        )
    user = User.objects.get(email="leela@platform.example")
    user.browser = Client(HTTP_HOST="platform.localhost")
    assert sign_in(user.browser, user).status_code == 302
    return user


def sign_in(browser, user, password=PASSWORD):
    answer = browser.post("/accounts/login/", {"email": user.email, "password": password})
    connection.set_schema_to_public()
    return answer


def send(browser, path, data=None):
    answer = browser.post(path, data or {}, follow=True)
    connection.set_schema_to_public()
    return answer.content.decode()


def chosen(action, *users):
    return {"action": action, "_selected_action": [user.pk for user in users]}


def test_an_operator_who_leaves_is_out_of_the_platform_and_of_every_organisation(operator, leela):
    acme = Organisation.objects.get(slug="acme")
    visit = override_ask(acme, by=leela, reason="Ticket 4711")
    address = override_address(visit, override_link(visit, by=leela)).partition("/organisation")[2]
    inside = Client(HTTP_HOST="acme.localhost")
    assert inside.post(f"/organisation{address}").status_code == 302
    assert inside.get("/").status_code == 200
    connection.set_schema_to_public()
    waiting = override_ask(acme, by=leela, reason="Ticket 4712")

    page = send(operator.browser, PAGE, chosen("end", leela))
    assert "leela@platform.example" in page
    assert "Switched off" in page
    assert inside.get("/").status_code == 302
    connection.set_schema_to_public()
    assert leela.browser.get("/admin/").status_code == 302
    connection.set_schema_to_public()
    assert "/admin/" not in sign_in(Client(HTTP_HOST="platform.localhost"), leela).get("Location", "")
    states = set(Override.objects.filter(pk__in=[visit.pk, waiting.pk]).values_list("state", "ended_why"))
    assert states == {(OverrideState.ENDED, "operator")}
    told = AccessLog.objects.filter(detail__action="operator_ended").get()
    assert (told.detail["operator"], told.label) == (leela.email, "Omkar (platform operator)")
    with organisation_context("org_acme"):
        assert AccessLog.objects.filter(detail__action="left").exists()


def test_nobody_switches_himself_off_and_somebody_stays(operator, leela):
    assert "nobody switches himself off" in send(operator.browser, PAGE, chosen("end", operator))
    operator_end(leela, by=operator)
    operator_end(leela, by=operator)  # twice is once
    with pytest.raises(Refused, match="run the platform"):
        operator_end(operator)
    operator.refresh_from_db()
    assert operator.is_active


def test_lost_second_factor_is_taken_off_by_another_and_a_fresh_proof_is_asked(operator, leela):
    SecondFactor.objects.create(user=leela, method="email", confirmed_at=timezone.now())
    SignInSession.objects.filter(user=operator).untracked_update(confirmed_at=None)
    assert "password" in send(operator.browser, PAGE, chosen("factors_off", leela))
    assert SecondFactor.objects.filter(user=leela).exists()
    assert operator.browser.post("/accounts/confirm/", {"password": PASSWORD}).status_code == 302
    connection.set_schema_to_public()
    send(operator.browser, PAGE, chosen("factors_off", leela))
    assert not SecondFactor.objects.filter(user=leela).exists()
    assert leela.browser.get("/admin/").status_code == 302
    connection.set_schema_to_public()
    assert sign_in(leela.browser, leela)["Location"] == "/"


def test_the_page_lets_nobody_in_and_shows_no_password(operator, leela):
    for path in ("add/", f"{leela.pk}/password/"):
        assert operator.browser.get(f"{PAGE}{path}").status_code in (302, 403, 404)
        connection.set_schema_to_public()
    page = operator.browser.get(f"{PAGE}{leela.pk}/change/").content.decode()
    connection.set_schema_to_public()
    assert leela.password not in page
    with organisation_context("org_acme"):
        people = set(get_user_model().objects.values_list("email", flat=True))
    listed = operator.browser.get(PAGE).content.decode()
    assert people
    assert not [email for email in people if email in listed]


def test_the_command_ends_and_helps(operator, leela, capsys):
    SecondFactor.objects.create(user=leela, method="email", confirmed_at=timezone.now())
    call_command("end_operator", "Leela@platform.example", "--second-factor-only")
    assert not SecondFactor.objects.filter(user=leela).exists()
    call_command("end_operator", "leela@platform.example")
    leela.refresh_from_db()
    assert not leela.is_active
    with pytest.raises(CommandError, match="run the platform"):
        call_command("end_operator", operator.email)
    with pytest.raises(CommandError, match="no operator"):
        call_command("end_operator", "nobody@platform.example")


def test_an_operator_changes_his_own_password(operator, leela):
    body = {"current_password": PASSWORD, "password": "neel-Gagan-77", "again": "neel-Gagan-77"}
    other = Client(HTTP_HOST="platform.localhost")
    sign_in(other, operator)
    assert "/accounts/password/" in operator.browser.get("/accounts/security/").content.decode()
    connection.set_schema_to_public()
    assert "changed" in send(operator.browser, "/accounts/password/", body)
    assert operator.browser.get("/admin/").status_code == 200
    assert other.get("/admin/").status_code == 302
    connection.set_schema_to_public()
    assert sign_in(Client(HTTP_HOST="platform.localhost"), operator, "neel-Gagan-77")["Location"] == "/"
    assert AccessLog.objects.filter(event="password_changed", user_id=operator.pk).exists()
