"""How people come in: invited, by themselves, by a colleague; and how they go."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone

from apps.accounts.models import AccessLink, User
from apps.accounts.selectors import users_active
from apps.core.actor import Actor, reset_actor, set_actor
from apps.customer_portal.models import PortalMember, PortalRequest
from apps.customer_portal.services.requests import party_of_address, requests_clean
from apps.documents.models import TimelineEntry
from apps.messaging.models import MailMessage, Notification
from apps.parties.models import PartyContact
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.factories.portal import PASSWORD, member_of, portal_person
from tests.kit.clients import ApiClient

pytestmark = pytest.mark.django_db


def last_link(to: str) -> str:
    """The path of the link in the newest mail to an address."""
    text = MailMessage.objects.filter(to__contains=[to]).latest("pk").text
    return re.search(r"https?://[^/\s]+(/\S+)", text)[1]


def set_(api, name, value):
    api.patch(f"company/settings/customer_portal.{name}/", {"value": value})


@pytest.fixture
def open_registration(api):
    set_(api, "self_registration", True)


def invite(administrator, party, **form):
    office = Client(HTTP_HOST="acme.localhost")
    office.force_login(administrator)
    data = {"what": "invite", "name": "Asha", "email": "asha@firm.example", "sees": "firm", "language": "en"}
    return office.post(f"/portal/office/invite/{party.pk}/", {**data, **form})


def test_invited_person_chooses_a_password_and_stands_in_the_portal(administrator, stranger):
    party = make_customer()
    before = users_active()
    assert invite(administrator, party).status_code == 302
    member = PortalMember.objects.get(user__email="asha@firm.example")
    assert (member.state, member.user.is_portal, member.user.is_staff) == ("invited", True, False)
    link = last_link("asha@firm.example")
    assert stranger.get(link).status_code == 200
    entered = stranger.post(link, {"name": "Asha R", "password": PASSWORD, "again": PASSWORD})
    assert (entered.status_code, entered["Location"]) == (302, "/portal/")
    assert stranger.get("/portal/").status_code == 200
    member.refresh_from_db()
    assert member.state == "active"
    assert Client(HTTP_HOST="acme.localhost").get(link).status_code == 410  # once
    verbs = TimelineEntry.objects.filter(target_kind="parties.party", target_id=party.pk).values_list(
        "verb", flat=True
    )
    assert {"portal_invited", "portal_joined", "portal_signed_in"} <= set(verbs)
    assert users_active() == before  # no place in the plan


def test_expired_or_replaced_invitation_opens_nothing(administrator, stranger):
    party = make_customer()
    invite(administrator, party)
    first = last_link("asha@firm.example")
    office = Client(HTTP_HOST="acme.localhost")
    office.force_login(administrator)
    member = PortalMember.objects.get(user__email="asha@firm.example")
    again = office.post(f"/portal/office/invite/{party.pk}/", {"what": "again", "member": member.pk})
    assert again.status_code == 302
    assert stranger.get(first).status_code == 410
    second = last_link("asha@firm.example")
    assert second != first
    AccessLink.objects.update(
        created_at=timezone.now() - timedelta(days=9), expires_at=timezone.now() - timedelta(days=1)
    )
    assert stranger.get(second).status_code == 410


def test_sign_in_leads_to_the_portal_and_never_to_a_closed_page(stranger):
    person = portal_person(make_customer())
    for wanted, goes in (
        ("", "/portal/"),
        ("/admin/", "/portal/"),
        ("/portal/orders/", "/portal/orders/"),
        ("https://evil.example/portal/", "/portal/"),
    ):
        client = Client(HTTP_HOST="acme.localhost")
        answer = client.post(
            "/accounts/login/", {"email": person.email, "password": PASSWORD, "next": wanted}
        )
        assert (answer.status_code, answer["Location"]) == (302, goes)
        assert client.get("/accounts/security/").status_code == 200
        assert client.get("/accounts/keys/").status_code == 404
        assert client.get("/accounts/profile/")["Location"] == "/portal/profile/"


def test_new_password_by_mail_works_and_second_factor_can_be_set_up(stranger):
    person = portal_person(make_customer())
    stranger.post("/accounts/password/forgotten/", {"email": person.email})
    link = last_link(person.email)
    new = "Jal-tarang-77x"
    assert stranger.post(link, {"password": new, "again": new}).status_code == 302
    answer = stranger.post("/accounts/login/", {"email": person.email, "password": new})
    assert answer["Location"] == "/portal/"
    assert stranger.get("/accounts/security/app/").status_code == 200


def test_ended_person_is_out_at_once_and_his_links_are_dead(administrator):
    person = portal_person(make_customer())
    browser, api = Client(HTTP_HOST="acme.localhost"), ApiClient(person)
    browser.post("/accounts/login/", {"email": person.email, "password": PASSWORD})
    assert browser.get("/portal/").status_code == 200
    ApiClient(administrator).post(f"customer-portal/members/{member_of(person).pk}/end/", expect=200)
    assert browser.get("/portal/").status_code == 302
    api.get("portal/", expect=401)
    count = MailMessage.objects.count()
    browser.post("/accounts/password/forgotten/", {"email": person.email})
    assert MailMessage.objects.count() == count
    ApiClient(administrator).post(f"customer-portal/members/{member_of(person).pk}/end/", expect=409)


def test_ended_person_may_come_back_to_another_firm_without_the_old_documents(administrator, firm, api):
    person = portal_person(firm.party, sees="own")
    member = member_of(person)
    api.post(
        f"customer-portal/members/{member.pk}/share/", {"target": f"sales.order:{firm.order['id']}"}, 200
    )
    api.post(f"customer-portal/members/{member.pk}/end/", expect=200)
    body = {"party": make_customer().pk, "email": person.email, "name": "Again"}
    api.post("customer-portal/invitations/", body)
    member.refresh_from_db()
    assert (member.state, member.shares.count()) == ("invited", 0)


def test_staff_and_strangers_addresses_cant_be_taken_over(api, administrator):
    party = make_customer()
    worker = make_user("sales.view_order")
    taken = portal_person(make_customer())
    for email, field in (
        (worker.email, "email"),
        (administrator.email, "email"),
        (taken.email, "email"),
        ("no mail", "email"),
    ):
        answer = api.post(
            "customer-portal/invitations/", {"party": party.pk, "email": email, "name": "X"}, 400
        )
        assert answer["errors"][0]["field"] == field
    worker.refresh_from_db()
    assert not worker.is_portal
    api.post("customer-portal/invitations/", {"party": 99999999, "email": "a@b.example", "name": "X"}, 400)


def test_invitations_need_the_permission_and_the_party_in_scope():
    party = make_customer()
    body = {"party": party.pk, "email": "a@firm.example", "name": "A"}
    ApiClient(make_user("parties.view_party")).post("customer-portal/invitations/", body, 403)
    narrow = make_user("customer_portal.invite_member", "parties.view_party", level="own")
    ApiClient(narrow).post("customer-portal/invitations/", body, 400)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(make_user("parties.view_party"))
    assert client.get(f"/portal/office/invite/{party.pk}/").status_code in (302, 403)
    viewer = Client(HTTP_HOST="acme.localhost")
    viewer.force_login(make_user("customer_portal.view_portalmember", "parties.view_party"))
    assert viewer.get(f"/portal/office/invite/{party.pk}/").status_code == 200
    viewer.post(
        f"/portal/office/invite/{party.pk}/",
        {"what": "invite", "name": "A", "email": "a@f.example", "sees": "firm"},
    )
    assert not PortalMember.objects.filter(party=party).exists()


# --- registering oneself --------------------------------------------------------------------------

FORM = {"name": "Nita", "firm": "Nita Traders", "email": "nita@newfirm.example", "message": ""}


def test_registration_is_closed_unless_switched_on(stranger, api):
    assert stranger.get("/portal/join/").status_code == 404
    ApiClient().post("portal/registrations/", FORM, 409)
    assert "/portal/join/" not in stranger.get("/accounts/login/").content.decode()
    set_(api, "self_registration", True)
    assert "/portal/join/" in stranger.get("/accounts/login/").content.decode()
    assert stranger.get("/portal/join/").status_code == 200


def test_registered_person_waits_is_approved_to_a_party_and_invited(
    open_registration, stranger, administrator
):
    assert stranger.post("/portal/join/", FORM)["Location"] == "/portal/join/sent/"
    link = last_link(FORM["email"])
    row = PortalRequest.objects.get()
    assert row.state == "unverified"
    assert stranger.get(link).status_code == 200
    row.refresh_from_db()
    assert row.state == "unverified"  # looking isn't confirming: scanners look
    assert "look at your registration" in stranger.post(link).content.decode()
    row.refresh_from_db()
    assert (row.state, row.party) == ("waiting", None)
    assert stranger.get(link).status_code == 410
    told = Notification.objects.get(event="portal.registration")
    assert (told.user_id, told.url) == (administrator.pk, f"/portal/office/request/{row.pk}/")
    assert not User.objects.filter(email=FORM["email"]).exists()
    office = Client(HTTP_HOST="acme.localhost")
    office.force_login(administrator)
    assert "Nita Traders" in office.get(told.url).content.decode()
    assert "/portal/office/" in office.get("/admin/customer_portal/portalrequest/").content.decode()
    party = make_customer()
    assert office.post(told.url, {"what": "approve", "party": "", "sees": "own"}).status_code == 200
    assert office.post(told.url, {"what": "approve", "party": party.pk, "sees": "own"}).status_code == 302
    member = PortalMember.objects.get(party=party)
    assert (member.sees, member.state) == ("own", "invited")
    assert "/accounts/invitation/" in last_link(FORM["email"])


def test_refused_person_gets_the_reason(open_registration, stranger, api):
    stranger.post("/portal/join/", FORM)
    stranger.post(last_link(FORM["email"]))
    row = PortalRequest.objects.get()
    assert (
        api.post(f"customer-portal/requests/{row.pk}/refuse/", {"reason": ""}, 400)["errors"][0]["field"]
        == "reason"
    )
    assert api.post(f"customer-portal/requests/{row.pk}/approve/", {}, 400)["errors"][0]["field"] == "party"
    api.post(f"customer-portal/requests/{row.pk}/refuse/", {"reason": "We don't know you"}, 200)
    assert "We don't know you" in MailMessage.objects.latest("pk").text
    api.post(f"customer-portal/requests/{row.pk}/approve/", {}, 409)
    assert not PortalMember.objects.exists()


def test_known_address_comes_in_at_once_where_no_approval_is_wanted(open_registration, stranger, api):
    set_(api, "approval", False)
    party = make_customer(email="office@newfirm.example")
    stranger.post("/portal/join/", FORM)
    page = stranger.post(last_link(FORM["email"])).content.decode()
    assert "know your firm" in page
    member = PortalMember.objects.get(party=party)
    assert (member.sees, member.state) == ("own", "invited")  # by domain alone nobody sees all of a firm
    stranger.post("/portal/join/", {**FORM, "email": "who@gmail.com"})
    stranger.post(last_link("who@gmail.com"))
    assert PortalRequest.objects.get(email="who@gmail.com").state == "waiting"


def test_address_that_the_operator_entered_on_a_visit_opens_nothing_by_itself(
    open_registration, stranger, api
):
    set_(api, "approval", False)
    party = make_customer(email="office@oldfirm.example")
    token = set_actor(Actor(kind="operator", user=None, label="Omkar (platform operator)"))
    try:
        party.email = "backdoor@newfirm.example"
        party.save()
    finally:
        reset_actor(token)
    stranger.post("/portal/join/", FORM)
    stranger.post(last_link(FORM["email"]))
    assert PortalRequest.objects.get(email=FORM["email"]).state == "waiting"  # somebody looks first
    assert not PortalMember.objects.exists()


def test_party_is_found_by_contact_then_by_a_domain_that_is_one_firms_own():
    one, two = make_customer(email="a@one.example"), make_customer(email="x@gmail.com")
    PartyContact.objects.create(party=two, name="C", email="Contact@two.example")
    assert party_of_address("contact@two.example") == two
    assert party_of_address("new@one.example") == one
    assert party_of_address("x@gmail.com") == two
    assert party_of_address("y@gmail.com") is None
    assert party_of_address("a@sub.one.example") is None
    make_customer(email="b@one.example")
    assert party_of_address("new@one.example") is None  # two firms: somebody has to say


def test_answers_and_limits_tell_nothing_of_who_is_known(open_registration, administrator, api):
    set_(api, "domains", "newfirm.example")
    known = administrator.email
    seen = set()
    for email in ("a@newfirm.example", known, "b@elsewhere.example"):
        client = Client(HTTP_HOST="acme.localhost")
        answer = client.post("/portal/join/", {**FORM, "email": email})
        seen.add((answer.status_code, answer["Location"]))
        body = {key: value for key, value in FORM.items() if key != "message"} | {"email": email}
        seen.add(str(ApiClient().post("portal/registrations/", body, 202)["message"]))
    assert len(seen) == 2
    links = MailMessage.objects.filter(text__contains="/portal/join/").values_list("to", flat=True)
    assert {address for to in links for address in to} == {"a@newfirm.example"}
    assert PortalRequest.objects.count() == 6  # all count against the limits alike


def test_registrations_are_limited_by_address_and_by_mail(open_registration, stranger):
    for _number in range(3):
        stranger.post("/portal/join/", FORM)
    mails = MailMessage.objects.count()
    assert stranger.post("/portal/join/", FORM).status_code == 302  # the same answer, no fourth mail
    assert MailMessage.objects.count() == mails
    for number in range(6):
        stranger.post("/portal/join/", {**FORM, "email": f"n{number}@newfirm.example"})
    late = stranger.post("/portal/join/", {**FORM, "email": "late@newfirm.example"})
    assert late.status_code == 429
    assert not PortalRequest.objects.filter(email="late@newfirm.example").exists()


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"email": "x"}, "email"),
        ({"name": ""}, "name"),
        ({"firm": "x" * 201}, "firm"),
        ({"role": "admin"}, "role"),
    ],
)
def test_bad_registrations_are_refused_by_name(open_registration, more, field):
    assert ApiClient().post("portal/registrations/", {**FORM, **more}, 400)["errors"][0]["field"] == field


def test_links_are_forged_late_or_of_another_organisation_in_vain(open_registration, stranger):
    stranger.post("/portal/join/", FORM)
    link = last_link(FORM["email"])
    assert Client(HTTP_HOST="zenith.localhost").get(link).status_code in (404, 410)
    assert stranger.get(link[:-3] + "xx/").status_code == 410
    ApiClient().post("portal/registrations/confirm/", {"token": "nonsense"}, 400)
    PortalRequest.objects.update(created_at=timezone.now() - timedelta(days=3))
    assert stranger.get(link).status_code == 410
    PortalRequest.objects.update(created_at=timezone.now() - timedelta(days=9))
    assert requests_clean() == 1


def test_decided_registrations_go_when_they_have_served_and_waiting_ones_stay(db):
    day = timezone.now() - timedelta(days=181)
    for number, state in enumerate(("waiting", "refused", "approved")):
        PortalRequest.objects.create(
            email=f"p{number}@firm.example", name="P", firm="Firm", state=state, token_hash=f"hash-{number}",
            verified_at=day, decided_at=None if state == "waiting" else day,
        )  # fmt: skip
    PortalRequest.objects.filter(state="approved").update(decided_at=timezone.now() - timedelta(days=179))
    assert requests_clean() == 1
    assert set(PortalRequest.objects.values_list("state", flat=True)) == {"waiting", "approved"}


# --- colleagues -----------------------------------------------------------------------------------


def test_colleagues_are_invited_and_ended_only_where_that_is_left_to_customers(api):
    party = make_customer()
    chief, other = portal_person(party), portal_person(make_customer())
    mine, body = ApiClient(chief), {"email": "new@firm.example", "name": "New", "sees": "own"}
    mine.post("portal/people/", body, 403)
    set_(api, "colleagues", True)
    made = mine.post("portal/people/", body)["data"]
    assert (made["sees"], made["state"]) == ("own", "invited")
    assert PortalMember.objects.get(pk=made["id"]).party == party
    mine.post(f"portal/people/{member_of(other).pk}/end/", expect=404)
    mine.post(f"portal/people/{member_of(chief).pk}/end/", expect=409)
    assert mine.post(f"portal/people/{made['id']}/end/", expect=200)["data"]["state"] == "ended"
    assert (
        mine.post("portal/people/", {**body, "party": 1, "email": "x@y.example"}, 400)["errors"][0]["field"]
        == "party"
    )
    page = Client(HTTP_HOST="acme.localhost")
    page.force_login(chief)
    assert (
        page.post("/portal/people/", {**body, "email": "two@firm.example", "language": "hi"}).status_code
        == 302
    )
    two = PortalMember.objects.get(user__email="two@firm.example")
    assert two.user.language == "hi"
    assert page.post(f"/portal/people/{two.pk}/end/").status_code == 302
    two.refresh_from_db()
    assert two.state == "ended"


def test_lists_of_the_back_office_show_people_requests_and_exceptions(administrator):
    person = portal_person(make_customer())
    office = Client(HTTP_HOST="acme.localhost")
    office.force_login(administrator)
    assert person.email in office.get("/admin/customer_portal/portalmember/").content.decode()
    member = member_of(person)
    page = office.get(f"/admin/customer_portal/portalmember/{member.pk}/change/")
    assert page["Location"] == f"/portal/office/invite/{member.party_id}/"
    assert "/portal/office/" in office.get(f"/admin/parties/party/{member.party_id}/change/").content.decode()
    form = {"party": member.party_id, "own_features": "on", "features": ["orders"]}
    assert office.post("/admin/customer_portal/portalfirm/add/", form).status_code == 302
    assert person.email not in office.get("/admin/accounts/user/").content.decode()
