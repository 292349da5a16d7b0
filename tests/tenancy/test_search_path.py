"""The search path is set only where the connection doesn't stand in it already, as PostgreSQL says itself."""

from __future__ import annotations

from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from apps.core.tenant import organisation_context
from apps.parties.models import Party

ACME, ZENITH = "org_acme", "org_zenith"


class GivenUp(Exception):
    """Thrown to roll a transaction back."""


@pytest.fixture
def parties(commits: str) -> dict[str, int]:
    """One party in each organisation, with the name of its organisation."""
    found = {}
    for schema in (ACME, ZENITH):
        with organisation_context(schema):
            found[schema] = Party.objects.create(legal_name=schema, display_name=schema).pk
    return found


def _sets(queries: CaptureQueriesContext) -> int:
    return sum(query["sql"].startswith("SET search_path") for query in queries.captured_queries)


def _server_says() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_schema()")
        return cursor.fetchone()[0]


def _names() -> set[str]:
    return set(Party.objects.values_list("legal_name", flat=True))


def test_entering_the_same_organisation_again_sends_nothing(parties: Any) -> None:
    with organisation_context(ACME):
        _names()
    with CaptureQueriesContext(connection) as same, organisation_context(ACME):
        _names()
    with CaptureQueriesContext(connection) as other, organisation_context(ZENITH):
        _names()
    assert (_sets(same), _sets(other)) == (0, 1)


def test_each_organisation_sees_its_own_rows_in_turn(parties: Any) -> None:
    for _ in range(6):  # often enough for prepared statements
        for schema in (ACME, ZENITH):
            with organisation_context(schema):
                assert _server_says() == schema
                assert schema in _names()
                assert not _names() & ({ACME, ZENITH} - {schema})
                assert Party.objects.get(legal_name=schema).pk == parties[schema]


@pytest.mark.parametrize("inner", [False, True])
def test_a_rollback_takes_the_path_back_and_it_is_noticed(parties: Any, inner: bool) -> None:
    with organisation_context(ACME):
        _names()

    def give_up() -> None:
        with transaction.atomic(), organisation_context(ZENITH):
            assert _server_says() == ZENITH
            raise GivenUp

    if inner:
        with transaction.atomic(), pytest.raises(GivenUp):
            give_up()
    else:
        with pytest.raises(GivenUp):
            give_up()
    for schema in (ACME, ZENITH, ACME):
        with organisation_context(schema):
            assert _server_says() == schema
            assert schema in _names()


def test_a_path_set_past_us_is_noticed(parties: Any) -> None:
    with organisation_context(ACME):
        _names()
        with connection.cursor() as cursor:
            cursor.execute(f"SET search_path = {ZENITH}")
    with organisation_context(ACME):
        assert _server_says() == ACME
