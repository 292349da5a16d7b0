"""A limit can't be passed by many at once; a twin without its lock shows that the test would notice."""

from __future__ import annotations

import pytest
from django.db import connection

from apps.accounts.models import Role, User
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.files.models import StoredFile
from apps.files.services.storage import file_keep
from apps.tenancy.models import Organisation
from apps.tenancy.services import limits
from tests.kit.threads import run_in_threads
from tests.operator.test_limits import LimitReached, draft_maker, limited, person, quota_used


@pytest.mark.race
class TestRaces:
    ROOM, THREADS = 3, 10

    def _race(self, work, **plan):
        acme = limited(**plan)

        def one(number):
            connection.set_tenant(Organisation.objects.select_related("plan").get(pk=acme.pk))
            return work(number)

        results = run_in_threads(self.THREADS, one)
        refused = [item for item in results if isinstance(item, LimitReached)]
        others = [item for item in results if isinstance(item, Exception) and item not in refused]
        assert others == []
        return len(refused)

    def test_users(self, commits):
        before = quota_used("users")
        refused = self._race(lambda n: run_in_unit_of_work(lambda: person(n).pk), users=before + self.ROOM)
        assert (refused, quota_used("users")) == (self.THREADS - self.ROOM, before + self.ROOM)

    def test_storage(self, commits):
        size = 300_000
        refused = self._race(
            lambda n: run_in_unit_of_work(lambda: file_keep(b"x" * size, name=f"{n}.txt").pk), storage=1
        )
        assert refused == self.THREADS - 3
        assert StoredFile.objects.count() == 3

    def test_documents(self, commits):
        draft = draft_maker()
        refused = self._race(lambda n: draft().pk, documents=self.ROOM)
        assert refused == self.THREADS - self.ROOM
        assert quota_used("documents") == self.ROOM

    def test_twin_without_the_lock_lets_too_many_in(self, commits, monkeypatch):
        import time

        before = quota_used("users")
        monkeypatch.setattr(limits, "advisory_lock", lambda key: None)
        slow = limits.quota_used
        monkeypatch.setattr(limits, "quota_used", lambda metric: (slow(metric), time.sleep(0.1))[0])
        refused = self._race(lambda n: run_in_unit_of_work(lambda: person(n).pk), users=before + self.ROOM)
        assert refused < self.THREADS - self.ROOM
        with organisation_context("org_acme"):
            assert User.objects.filter(email__startswith="p").count() > self.ROOM
            assert Role.objects.exists()
