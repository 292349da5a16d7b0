"""Databases and people for the tests.

A template database is built once for each state of the migrations, with the organisations ``acme`` and
``zenith``; each run (and each xdist worker) copies it. Tests run as the run-time role and roll back.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from copy import deepcopy
from typing import Any

import pytest
from django.db import connection

from tests.kit import database
from tests.kit.clients import ApiClient, signed_in
from tests.kit.standing import Standing, other_connection, standing_in

TENANT = "org_acme"


def pytest_collection_finish() -> None:
    """What was loaded until here stays to the end: the collector need not look through it again and again."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(50_000, 20, 50)


@pytest.fixture(scope="session")
def django_db_setup(django_db_blocker: Any, request: pytest.FixtureRequest) -> Iterator[None]:
    worker = getattr(request.config, "workerinput", {}).get("workerid", "main")
    with django_db_blocker.unblock():
        name = database.copy_for(worker)
        connection.close()
        connection.settings_dict["NAME"] = name
        yield
        connection.close()
        database.drop(name)


@pytest.fixture(autouse=True)
def _tenant(request: pytest.FixtureRequest) -> Iterator[None]:
    """Tests with a database run inside acme, and may open units of work inside their own transaction."""
    committing = [name for name in ("commits", "commits_shared") if name in request.fixturenames]
    uses_database = committing or {"db", "transactional_db"} & set(request.fixturenames)
    marked = request.node.get_closest_marker("django_db")
    if not uses_database and not marked:
        yield
        return
    request.getfixturevalue(committing[0] if committing else "db")
    _enter_tenant()
    connection.bahi_test_atomic = not committing
    yield
    connection.bahi_test_atomic = False
    connection.set_schema_to_public()


def _enter_tenant() -> None:
    from django.core.cache import cache
    from django_tenants.utils import get_tenant_model

    from apps.tenancy.hosts import forget_hosts

    forget_hosts()
    connection.set_schema_to_public()
    connection.set_tenant(get_tenant_model().objects.get(schema_name=TENANT))
    cache.clear()  # what a test before left there of rows that were rolled back


@pytest.fixture(scope="module")
def standing(django_db_setup: None, django_db_blocker: Any) -> Iterator[Standing[Any]]:
    """``standing(build)``: what ``build`` makes stands for all tests of the module (see ``kit.standing``)."""
    yield from standing_in(django_db_blocker, _enter_tenant)


@pytest.fixture(scope="module")
def standing_shop(standing: Standing[Any]) -> Any:
    from tests.factories.sales import Shop

    return standing(Shop)


@pytest.fixture
def shop(standing_shop: Any, db: None) -> Any:
    """A company with a customer and two products (``factories.sales.Shop``)."""
    return deepcopy(standing_shop)


@pytest.fixture(scope="module")
def standing_company(standing: Standing[Any]) -> Any:
    from tests.factories.company import make_company

    return standing(make_company)


@pytest.fixture
def company(standing_company: Any, request: pytest.FixtureRequest) -> Any:
    """A company with its books; in a test that commits, it is committed too."""
    from tests.factories.company import make_company

    if "commits" in request.fixturenames:
        return make_company()
    request.getfixturevalue("db")
    return deepcopy(standing_company)


@pytest.fixture(scope="module")
def standing_books(standing: Standing[Any]) -> Any:
    from tests.factories import invoicing

    return standing(invoicing.company)


@pytest.fixture
def books(standing_books: Any, db: None) -> Any:
    """A registered company in Maharashtra with its books, this and last fiscal year."""
    return deepcopy(standing_books)


@pytest.fixture
def steady_caches(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What this process keeps for some seconds it keeps all the test long: slowness costs no queries."""
    from apps.company.services import settings
    from apps.platform.services import announcements
    from apps.tenancy import hosts
    from apps.tenancy.services import maintenance

    for module in (settings, announcements, hosts, maintenance):
        monkeypatch.setattr(module, "CACHE_SECONDS", 3600)

    def forget() -> None:
        hosts.forget_hosts()
        maintenance.maintenance_forget()
        announcements.announcements_forget()

    forget()
    yield
    forget()


@pytest.fixture
def commits(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """A scratch database of its own for a test that must commit; gives its name."""
    yield from _scratch(django_db_blocker)


@pytest.fixture(scope="module")
def commits_shared(django_db_setup: None, django_db_blocker: Any) -> Iterator[str]:
    """One scratch database for all tests of a module that must commit and don't mind each other's rows."""
    yield from _scratch(django_db_blocker)


def _scratch(django_db_blocker: Any) -> Iterator[str]:
    with django_db_blocker.unblock():
        name = database.copy_for("scratch")
        yield from other_connection(name)
        database.drop(name)


@pytest.fixture
def administrator(db: None) -> Any:
    from apps.accounts.models import User

    return User.objects.get(email="asha@acme.example")


@pytest.fixture
def user_with(db: None) -> Any:
    """``user_with("sales.view_order", level="own")``: a user whose only role holds these permissions."""
    from tests.factories.accounts import make_user

    return make_user


@pytest.fixture
def api(administrator: Any) -> ApiClient:
    """The API as acme's administrator."""
    return ApiClient(administrator)


@pytest.fixture
def browser(administrator: Any) -> Any:
    """A browser in which acme's administrator is signed in."""
    return signed_in(administrator)


@pytest.fixture
def api_as() -> Any:
    return ApiClient
