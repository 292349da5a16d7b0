"""Users, roles and logs in the back office."""

from __future__ import annotations

import pytest
from django.core import mail
from django.test import Client

from apps.accounts.models import AccessLog, Department, Role, SignInSession, User

pytestmark = pytest.mark.django_db
PASSWORD = "kalam-Dawat-9"


@pytest.fixture
def office(administrator):
    return enter(administrator)


def enter(user):
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client


def test_every_page_of_accounts_opens(office, administrator):
    for model in ("user", "role", "department", "team", "accesslog", "signinsession"):
        answer = office.get(f"/admin/accounts/{model}/")
        assert answer.status_code == 200, model
    for page in (
        f"user/{administrator.pk}/change/", "user/add/", f"user/{administrator.pk}/password/", "role/add/",
        f"role/{Role.objects.get(code='administrator').pk}/change/", "department/add/", "team/add/",
    ):  # fmt: skip
        assert office.get(f"/admin/accounts/{page}").status_code == 200, page


def user_form(**more):
    return {
        "email": "ravi@acme.example",
        "name": "Ravi",
        "phone": "",
        "language": "en",
        "is_staff": "on",
        **more,
    }


def test_new_user_is_invited_or_gets_a_password(office, django_capture_on_commit_callbacks):
    role = Role.objects.get(code="employee")
    with django_capture_on_commit_callbacks(execute=True):
        answer = office.post("/admin/accounts/user/add/", user_form(roles=[role.pk]))
    assert answer.status_code == 302, answer.context and answer.context["errors"]
    user = User.objects.get(email="ravi@acme.example")
    assert list(user.roles.all()) == [role]
    assert not user.has_usable_password()
    assert mail.outbox[0].to == ["ravi@acme.example"]
    form = user_form(email="mina@acme.example", first_password="12345")
    answer = office.post("/admin/accounts/user/add/", form)
    assert "too short" in answer.content.decode()
    assert not User.objects.filter(email="mina@acme.example").exists()
    office.post("/admin/accounts/user/add/", user_form(email="mina@acme.example", first_password=PASSWORD))
    assert User.objects.get(email="mina@acme.example").check_password(PASSWORD)


def test_refusal_is_shown_on_the_form(office, administrator):
    answer = office.post(
        f"/admin/accounts/user/{administrator.pk}/change/",
        user_form(email=administrator.email, name=administrator.name, roles=[]),
    )
    assert answer.status_code == 200
    assert "administrator&#x27;s role" in answer.content.decode()
    assert administrator.roles.filter(code="administrator").exists()


def test_actions_switch_off_and_on_and_refuse_oneself(office, administrator, user_with):
    person = user_with()
    data = {"action": "deactivate", "_selected_action": [person.pk]}
    office.post("/admin/accounts/user/", data)
    person.refresh_from_db()
    assert not person.is_active
    answer = office.post(
        "/admin/accounts/user/", {**data, "_selected_action": [administrator.pk]}, follow=True
    )
    assert "You can&#x27;t switch yourself off." in answer.content.decode()
    office.post("/admin/accounts/user/?state=off", {**data, "action": "restore"})
    person.refresh_from_db()
    assert person.is_active


def test_role_form_writes_permissions_and_levels(office):
    form = {
        "code": "field", "name": "Field", "description": "", "default_level": "all", "active": "on",
        "permissions": ["parties.view_party", "sales.*"], "level_table__parties.party": "own",
    }  # fmt: skip
    answer = office.post("/admin/accounts/role/add/", form)
    assert answer.status_code == 302, answer.context["errors"]
    role = Role.objects.get(code="field")
    assert role.permissions == ["parties.view_party", "sales.*"]
    assert role.level_table == {"parties.party": "own"}
    page = office.get(f"/admin/accounts/role/{role.pk}/change/").content.decode()
    assert 'value="parties.view_party" aria-label="See: parties" checked' in page
    form["permissions"] = ["parties.view_party", "no.such"]
    assert office.post(f"/admin/accounts/role/{role.pk}/change/", form).status_code == 200


def test_administrator_sets_a_password_and_it_ends_sign_ins(office, user_with):
    person = user_with("parties.view_party", is_staff=True)
    there = enter(person)
    assert there.get("/accounts/profile/").status_code == 200
    office.post(
        f"/admin/accounts/user/{person.pk}/password/",
        {"password1": "Neem-tree-77", "password2": "Neem-tree-77", "usable_password": "true"},
    )
    assert User.objects.get(pk=person.pk).check_password("Neem-tree-77")
    assert there.get("/accounts/profile/").status_code == 302
    assert AccessLog.objects.filter(event="password_changed", detail__by="administrator").exists()


def test_manager_without_everything_cannot_become_administrator(user_with, administrator):
    manager = user_with("accounts.view_user", "accounts.change_user", "accounts.add_user", is_staff=True)
    office = enter(manager)
    role = Role.objects.get(code="administrator")
    answer = office.post("/admin/accounts/user/add/", user_form(roles=[role.pk], first_password=PASSWORD))
    assert "rights that you don&#x27;t have" in answer.content.decode()
    assert not User.objects.filter(email="ravi@acme.example").exists()
    body = {"password1": PASSWORD, "password2": PASSWORD, "usable_password": "true"}
    office.post(f"/admin/accounts/user/{administrator.pk}/password/", body)
    assert not User.objects.get(pk=administrator.pk).check_password(PASSWORD)
    form = user_form(email="me@evil.example", name="Asha", roles=[role.pk])
    office.post(f"/admin/accounts/user/{administrator.pk}/change/", form)
    assert User.objects.get(pk=administrator.pk).email == administrator.email


def test_department_circle_is_refused_on_the_form(office):
    north = Department.objects.create(code="N", name="North")
    delhi = Department.objects.create(code="D", name="Delhi", parent=north)
    form = {"code": "N", "name": "North", "parent": delhi.pk, "active": "on"}
    answer = office.post(f"/admin/accounts/department/{north.pk}/change/", form)
    assert "inside itself" in answer.content.decode()


def test_clerk_without_rights_sees_no_people(user_with):
    office = enter(user_with("parties.view_party", is_staff=True))
    assert office.get("/admin/accounts/user/").status_code == 403
    assert "/admin/accounts/user/" not in office.get("/admin/parties/party/").content.decode()


def test_all_sessions_of_everybody_end_with_one_action_over_the_list(office, user_with):
    browsers = [Client(HTTP_HOST="acme.localhost") for _ in range(3)]
    for number, browser in enumerate(browsers):
        person = user_with("sales.view_order", email=f"p{number}@acme.example")
        person.set_password(PASSWORD)
        person.save()
        browser.post("/accounts/login/", {"email": person.email, "password": PASSWORD})
        assert browser.get("/accounts/profile/").status_code == 200
    one = SignInSession.objects.filter(ended_at=None).first()
    form = {"action": "end", "select_across": "1", "_selected_action": [one.pk]}
    assert office.post("/admin/accounts/signinsession/", form).status_code == 302
    assert not SignInSession.objects.filter(ended_at=None).exists()
    for browser in browsers:
        assert browser.get("/accounts/profile/").status_code == 302
