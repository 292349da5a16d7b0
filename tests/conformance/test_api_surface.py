"""Every registered resource behaves alike, with no test of its own: the registry drives these."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.core.api.filtering import is_searchable
from apps.core.api.routes import api_urlpatterns
from apps.core.registry import resources
from tests.kit.clients import ApiClient

api_urlpatterns  # noqa: B018 - importing the routes registers the resources

pytestmark = pytest.mark.django_db
LIST_BUDGET = 15


def paths() -> list[str]:
    from django.urls import get_resolver

    assert get_resolver().url_patterns
    return sorted(resources())


def view_permission(path: str) -> str:
    meta = resources()[path].model._meta
    return f"{meta.app_label}.view_{meta.model_name}"


@pytest.fixture(params=paths())
def path(request: pytest.FixtureRequest) -> str:
    return request.param


def test_list_within_its_query_budget(path, api):
    with CaptureQueriesContext(
        connection,
    ) as queries:
        answer = api.get(f"{path}/")
    assert answer["success"]
    assert set(answer["meta"]["pagination"]) >= {"page", "per_page", "total", "pages", "next", "previous"}
    assert len(queries) <= LIST_BUDGET, [q["sql"] for q in queries]


def test_list_is_refused_without_permission(path, user_with):
    client = ApiClient(user_with("accounts.view_nothing"))
    if resources()[path].personal:  # everybody's own rows (his bell): nothing there, nothing refused
        assert client.get(f"{path}/")["data"] == []
    else:
        client.get(f"{path}/", 403)


def test_list_is_refused_without_sign_in(path):
    ApiClient().get(f"{path}/", 401)


def test_list_is_allowed_with_the_view_permission_alone(path, user_with):
    client = ApiClient(user_with(view_permission(path)))
    client.get(f"{path}/")
    if resources()[path].writable:
        client.post(f"{path}/", {}, 403)


def test_hidden_or_missing_record_is_404(path, api):
    api.get(f"{path}/99999999/", 404)


def test_unknown_filter_ordering_and_page_are_named(path, api):
    assert api.get(f"{path}/?nonsense=1", 400)["errors"][0]["field"] == "nonsense"
    assert api.get(f"{path}/?ordering=nonsense", 400)["errors"][0]["field"] == "ordering"
    assert api.get(f"{path}/?per_page=201", 400)["errors"][0]["field"] == "per_page"
    assert api.get(f"{path}/?cursor=zzz", 400)["errors"][0]["field"] == "cursor"


def test_words_are_searched_or_refused_by_name(path, api):
    """A list never shows everything as if the words were in it."""
    if is_searchable(resources()[path].model):
        assert api.get(f"{path}/?search=zqxjkv")["data"] == []
    else:
        assert api.get(f"{path}/?search=zqxjkv", 400)["errors"][0]["field"] == "search"


def test_unknown_body_field_is_named(path, api):
    view = resources()[path]
    if not view.writable:
        pytest.skip("read only")
    answer = api.post(f"{path}/", {"nonsense": 1}, 400)
    assert "nonsense" in {error["field"] for error in answer["errors"]}


def test_token_of_another_organisation_is_refused(path, administrator):
    ApiClient(administrator, host="zenith.localhost").get(f"{path}/", 401)
