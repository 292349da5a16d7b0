"""What refuses to start: a role that owns, a superuser, a pooler between."""

from __future__ import annotations

import psycopg
import pytest

from apps.tenancy.services import start_checks
from apps.tenancy.services.schema_build import public_copies
from tests.kit.database import owner_url

pytestmark = pytest.mark.commits


def parameters(url):
    return psycopg.conninfo.conninfo_to_dict(url)


def test_run_time_role_may_start(commits):
    start_checks.database_check()


def test_owner_may_not_serve(commits):
    with pytest.raises(start_checks.UnsafeDatabase, match=r"owns \d+ tables|superuser"):
        start_checks.database_check(parameters(owner_url(commits)))


class Pooled:
    """A connection behind a pooler in transaction mode: each transaction may meet another server."""

    def __init__(self, servers):
        self.servers = iter(servers)

    def transaction(self):
        from contextlib import nullcontext

        self.server = next(self.servers)
        return nullcontext()

    def execute(self, text):
        server = self.server

        class Row:
            @staticmethod
            def fetchone():
                return (server,)

        return Row()


def test_transaction_pooler_is_noticed_and_a_plain_connection_is_not():
    with pytest.raises(start_checks.UnsafeDatabase, match="transaction mode"):
        start_checks._session_check(Pooled([7, 8]), Pooled([7]))
    start_checks._session_check(Pooled([7, 7]), Pooled([9]))


def test_run_time_role_can_not_write_public_copies_or_change_books(commits):
    from django.db import ProgrammingError, connection, transaction

    assert "accounts_role" in public_copies()
    assert "django_session" not in public_copies()
    for statement in (
        "INSERT INTO public.accounts_role SELECT * FROM public.accounts_role",
        "INSERT INTO public.auth_group (name) VALUES ('x')",
        "TRUNCATE org_acme.parties_party",
        "UPDATE org_acme.accounts_accesslog SET label = 'x'",
        "DELETE FROM org_acme.accounting_journalentry",
        "ALTER TABLE org_acme.parties_party DISABLE TRIGGER ALL",
        "DROP SCHEMA org_zenith CASCADE",
        "CREATE TABLE public.mine (id int)",
    ):
        with pytest.raises(ProgrammingError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
