"""An operator on the platform's host, and acme as the platform sees it."""

from __future__ import annotations

import pytest
from django.contrib.auth import get_user_model
from django.db import connection
from django.test import Client

from apps.platform.services.announcements import announcements_forget
from apps.tenancy.hosts import forget_hosts
from apps.tenancy.models import Organisation
from apps.tenancy.services.maintenance import maintenance_forget

PASSWORD = "kalam-Dawat-9"


@pytest.fixture(autouse=True)
def fresh_memory():
    """What a process remembers of the platform must not outlive a test."""

    def forget():
        forget_hosts()
        announcements_forget()
        maintenance_forget()

    forget()
    yield
    forget()


@pytest.fixture
def acme(administrator):
    """The organisation; the test goes on in ``public``."""
    connection.set_schema_to_public()
    return Organisation.objects.get(slug="acme")


@pytest.fixture
def operator(commits):
    """An operator (made as the owner, for the run-time role can't) and his browser."""
    from tests.kit.owner import owner_connection

    connection.set_schema_to_public()
    User = get_user_model()
    user = User(email="omkar@platform.example", name="Omkar", is_superuser=True, is_staff=True)
    user.set_password(PASSWORD)
    with owner_connection() as link:
        row = link.execute(
            "INSERT INTO public.accounts_user (password, is_superuser, email, name, phone, is_active,"
            " is_staff, is_portal, time_zone, language, theme, density, favourites, quick_create, created_at,"
            " version) VALUES (%s, true, %s, %s, '', true, true, false, '', 'en', 'auto', 'compact', '[]',"
            " '{}', now(), 1)"
            " RETURNING id",
            [user.password, user.email, user.name],
        ).fetchone()
    user = User.objects.get(pk=row[0])
    client = Client(HTTP_HOST="platform.localhost")
    answer = client.post("/accounts/login/", {"email": user.email, "password": PASSWORD})
    assert answer.status_code == 302
    connection.set_schema_to_public()
    user.browser = client
    return user
