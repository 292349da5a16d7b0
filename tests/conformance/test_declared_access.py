"""Every address, job and socket says which access it asks for, and asks it."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from django.test import Client
from django.urls import get_resolver, reverse

from apps.core.permissions import all_permissions
from apps.core.registry import load_modules
from apps.core.sockets import _consumer
from apps.core.surfaces import access_of_address, declared_jobs
from apps.runtime.services import jobs
from tests.factories.accounts import make_user

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
HOW = "declare it in the surfaces.py of its app (apps/core/surfaces.py says how)"


def walk(patterns: Any, prefix: str = "") -> Iterator[tuple[str, Any]]:
    for item in patterns:
        if hasattr(item, "url_patterns"):
            yield from walk(item.url_patterns, prefix + str(item.pattern))
        else:
            yield prefix + str(item.pattern), item


def addresses() -> list[tuple[str, Any]]:
    """All addresses of an organisation's host; the back office's last one only answers 404."""
    found = walk(get_resolver("config.urls").url_patterns)
    return [(path, item) for path, item in found if "catch_all_view" not in item.callback.__qualname__]


def operations(item: Any) -> list[str]:
    actions = getattr(item.callback, "actions", None)
    view = getattr(item.callback, "cls", None) or getattr(item.callback, "view_class", None)
    if actions:
        return sorted(actions)
    return [m for m in METHODS if hasattr(view, m)] if view else ["get", "post"]


def test_every_address_declares_its_access():
    silent, unknown, known = [], [], set(all_permissions())
    for path, item in addresses():
        for method in operations(item):
            found = access_of_address(item.name, item.callback, method)
            if found is None:
                silent.append(f"{method} {path} ({item.name})")
            elif {*found.all_of, *found.any_of} - known:
                unknown.append((path, found))
    assert not silent, HOW
    assert not unknown


def test_every_job_declares_its_access():
    load_modules("tasks")
    ours = {name for name in jobs._tasks if not name.startswith("kit.")}  # the runtime tests' own
    assert ours
    assert ours <= set(declared_jobs()), HOW


def test_there_is_one_socket_and_it_lets_in_signed_in_people_only():
    from apps.messaging.consumers import UNAUTHENTICATED, LiveConsumer

    assert len(_consumer) == 1
    assert UNAUTHENTICATED == 4401
    assert hasattr(LiveConsumer, "_refuse_stranger")


def pages() -> list[tuple[str, str]]:
    """(address name, kind) of the pages without arguments that are no API."""
    found = []
    for path, item in addresses():
        declared = access_of_address(item.name, item.callback, "get")
        of_model = (item.name or "").endswith(("_changelist", "_add"))  # test_back_office asks them
        if (
            of_model
            or path.startswith("api/")
            or "<" in path
            or "(?P" in path
            or not item.name
            or declared is None
        ):
            continue
        found.append((f"admin:{item.name}" if path.startswith("admin/") else item.name, declared.kind))
    return sorted(set(found))


@pytest.mark.parametrize(("name", "kind"), pages())
def test_page_lets_in_only_whom_it_says(name, kind):
    stranger, nobody = Client(HTTP_HOST="acme.localhost"), Client(HTTP_HOST="acme.localhost")
    nobody.force_login(make_user("accounts.view_nothing"))
    address = reverse(name)
    if kind != "anyone":
        answer = stranger.get(address)
        sent_away = answer.status_code == 302 and "login" in answer["Location"]
        assert sent_away or answer.status_code in (401, 403, 405), answer.status_code
    if kind == "codes":
        assert nobody.get(address).status_code in (403, 405)
    else:
        assert nobody.get(address).status_code < 500
