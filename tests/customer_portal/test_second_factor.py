"""Somebody of the portal lost his phone: an administrator helps him, after a fresh proof of his own."""

from __future__ import annotations

import re
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import SecondFactor, SignInSession, User
from apps.accounts.services.factors import totp_begin
from apps.customer_portal.services.members import member_end
from apps.documents.models import TimelineEntry
from apps.messaging.models import MailMessage
from tests.factories.portal import PASSWORD, member_of
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


@pytest.fixture
def guarded(buyer: User) -> User:
    factor = totp_begin(buyer)
    factor.confirmed_at = timezone.now()
    factor.save()
    return buyer


def page_of(firm: Any) -> str:
    return f"/portal/office/invite/{firm.party.pk}/"


def office(user: User) -> Client:
    user.set_password(PASSWORD)
    user.is_staff = True
    user.save()
    client = Client(HTTP_HOST="acme.localhost")
    assert client.post("/accounts/login/", {"email": user.email, "password": PASSWORD}).status_code == 302
    return client


def test_the_page_of_the_firm_offers_it_and_wants_a_fresh_proof(administrator, firm, guarded):
    client, form = office(administrator), {"what": "factor", "member": member_of(guarded).pk}
    assert "Remove second factor" in client.get(page_of(firm)).content.decode()
    SignInSession.objects.filter(user=administrator).update(confirmed_at=timezone.now() - timedelta(hours=1))
    assert client.post(page_of(firm), form)["Location"].startswith("/accounts/confirm/?next=")
    assert SecondFactor.objects.filter(user=guarded).exists()
    SignInSession.objects.filter(user=administrator).update(confirmed_at=timezone.now())
    page = client.post(page_of(firm), form, follow=True).content.decode()
    assert "signed out and told by mail" in page
    assert "Remove second factor" not in page
    assert not SecondFactor.objects.filter(user=guarded).exists()
    assert TimelineEntry.objects.filter(verb="portal_factor_reset", target_id=firm.party.pk).exists()


def test_who_only_invites_may_not(user_with, firm, guarded):
    keeper = user_with(
        "customer_portal.view_portalmember", "customer_portal.invite_member", "parties.view_party"
    )
    client = office(keeper)
    assert "Remove second factor" not in client.get(page_of(firm)).content.decode()
    SignInSession.objects.filter(user=keeper).update(confirmed_at=timezone.now() - timedelta(hours=1))
    asked = client.post(page_of(firm), {"what": "factor", "member": member_of(guarded).pk}, follow=True)
    assert "You may not do this." in asked.content.decode(), "no proof is asked of who may not anyway"
    path = f"customer-portal/members/{member_of(guarded).pk}/reset-second-factors/"
    ApiClient(keeper).post(path, expect=403)
    assert SecondFactor.objects.filter(user=guarded).exists()


def test_the_same_by_api_while_the_access_lasts(administrator, guarded):
    path = f"customer-portal/members/{member_of(guarded).pk}/reset-second-factors/"
    ApiClient(administrator).post(path, expect=200)
    assert not SecondFactor.objects.filter(user=guarded).exists()
    member_end(member_of(guarded), by=administrator)
    assert ApiClient(administrator).post(path, expect=409)["errors"][0]["code"] == "invalid_transition"


def test_person_who_was_ended_and_is_invited_again_still_takes_his_second_step(administrator, firm, guarded):
    member = member_of(guarded)
    member_end(member, by=administrator)
    again = {"what": "invite", "name": guarded.name, "email": guarded.email, "sees": "firm", "language": "en"}
    boss = office(administrator)
    for way in ("page", "api"):
        assert boss.post(page_of(firm), again).status_code == 302
        text = MailMessage.objects.filter(to=[guarded.email]).latest("pk").text
        link = re.search(r"https?://[^/\s]+(/\S+)", text)
        visitor = Client(HTTP_HOST="acme.localhost")
        if way == "page":
            answer = visitor.post(link[1], {"name": "A", "password": PASSWORD, "again": PASSWORD})
            assert answer["Location"] == "/accounts/second-step/"
            assert visitor.get("/portal/").status_code == 302  # not in yet
        else:
            body = {"token": link[1].rstrip("/").rpartition("/")[2], "name": "A", "password": PASSWORD}
            call = visitor.post("/api/v1/auth/invitation/accept/", body, content_type="application/json")
            assert call.json()["data"]["two_factor_required"] is True
            assert "access" not in call.json()["data"]
        assert SecondFactor.objects.filter(user=guarded).exists()
        member_end(member_of(guarded), by=administrator)
