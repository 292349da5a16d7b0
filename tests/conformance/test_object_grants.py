"""Single records of every kind whose scope can narrow are opened to people, or the model says why not."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from apps.accounts.services.grants import grantable_models
from apps.core.models import ObjectGrant
from apps.core.registry import business_models, kind_name, resource_of
from apps.core.scope import grant_model, kind_of, scope_of
from tests.kit.clients import ApiClient

NARROWING = [model for model in business_models() if scope_of(model).narrows]
GRANTABLE = [model for model in NARROWING if scope_of(model).grants]


def named(model: Any) -> str:
    return kind_of(model)


@pytest.mark.parametrize("model", NARROWING, ids=named)
def test_scope_that_can_narrow_has_a_grant_table_or_a_reason(model: Any) -> None:
    scope = scope_of(model)
    assert bool(scope.grants) != bool(scope.ungranted), "grant_table(…) below the model, or ungranted=why"
    if kind_name(model) == "document":
        assert scope.grants, "a document of a colleague is what people share"


@pytest.mark.parametrize("model", GRANTABLE, ids=named)
def test_grant_table_is_the_models_own(model: Any) -> None:
    table: Any = grant_model(model)
    assert issubclass(table, ObjectGrant)
    assert table._meta.get_field("content_object").related_model is model
    assert table._meta.app_label == model._meta.app_label
    assert model in grantable_models()


@pytest.mark.django_db
@pytest.mark.parametrize("model", GRANTABLE, ids=named)
def test_grants_cost_narrowed_people_one_look_and_others_none(model: Any, user_with: Any) -> None:
    meta, view = model._meta, resource_of(model)
    grants: Any = grant_model(model)
    code, table = f"{meta.app_label}.view_{meta.model_name}", grants._meta.db_table
    assert view is not None
    for level, most in (("all", 0), ("company", 0), ("own", 1), ("team", 1), ("department", 1)):
        client = ApiClient(user_with(code, level=level))
        client.get(f"{view.path}/")
        with CaptureQueriesContext(connection) as queries:
            client.get(f"{view.path}/")
        asking = [query["sql"].count(f'FROM "{table}"') for query in queries]
        assert all(number <= most for number in asking), (level, asking)
        assert (sum(asking) > 0) == bool(most), (level, asking)
