"""The audit's chain: linked after commit, and whatever an intruder with the owner's rights does is found."""

from __future__ import annotations

import random
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError
from django.db import connection
from django.test import Client

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.audit.models import AuditEntry, AuditSeal, AuditWaiting
from apps.audit.models.guards import hash_sql
from apps.audit.services.chain import GENESIS, audit_verify, chain_head, chain_seal, link_hash
from apps.audit.services.heads import head_exported, heads_export
from apps.audit.tasks import follow_audit, follow_platform, verify_in_snapshot
from apps.catalog.models import Unit
from apps.core.models.history import history_write
from apps.core.registry import load_modules
from apps.core.uow import run_in_unit_of_work
from apps.runtime.models import Job
from apps.runtime.services.jobs import run_job
from tests.factories.accounts import make_user
from tests.kit.owner import owner_connection

TABLES = ("audit_auditentry", "audit_auditseal")
COLUMNS = {
    "at": "at - interval '1 second'", "event": "'deleted'", "record_kind": "'catalog.product'",
    "record_id": "coalesce(record_id, 0) + 1", "record_label": "record_label || 'x'", "actor_kind": "'api'",
    "user_id": "coalesce(user_id, 0) + 1", "label": "'Somebody else'", "address": "'10.9.9.9'",
    "agent": "'other'", "path": "'/other/'", "request_id": "'none'", "changes": "'{}'::jsonb",
    "detail": """'{"a": 1}'::jsonb""", "content_hash": "repeat('0', 64)",
}  # fmt: skip


def fill(count: int) -> list[AuditEntry]:
    def work():
        start = Unit.objects.count()
        rows = Unit.objects.bulk_create(
            [Unit(code=f"T{start + n}", name=f"Unit {n}") for n in range(count)], batch_size=2000
        )
        history_write(rows)

    run_in_unit_of_work(work)
    follow_audit()
    return list(AuditEntry.objects.order_by("id"))


@pytest.mark.django_db
def test_untouched_trail_is_sound():
    fill(5)
    count = AuditEntry.objects.count()
    found = audit_verify()
    assert (found.problems, found.entries, found.links, found.waiting) == ([], count, count, 0)
    seals = list(AuditSeal.objects.order_by("sequence").select_related("entry"))
    assert seals[0].previous_hash == GENESIS
    assert [seal.sequence for seal in seals] == list(range(1, count + 1))
    last = seals[-1]
    assert last.chain_hash == link_hash(
        last.previous_hash, last.sequence, last.entry_id, last.entry.content_hash, last.sealed_at
    ), "database and Python hash alike"
    assert chain_seal() == 0
    assert not AuditWaiting.objects.exists()


def test_every_alteration_by_the_owner_is_found(commits):
    alter_and_verify(entries=60, alterations=40)


@pytest.mark.full
def test_a_thousand_alterations_are_all_found(commits):
    alter_and_verify(entries=2100, alterations=1000)


def alter_and_verify(*, entries: int, alterations: int) -> None:
    rows = fill(entries)
    chosen = random.Random(7).sample(rows[1:-1], alterations)
    ways = [*COLUMNS, "entry deleted", "link deleted", "link hash", "link time"]
    with owner_connection(without_triggers=TABLES) as owner:
        for number, entry in enumerate(chosen):
            owner.execute(alteration(ways[number % len(ways)]), {"id": entry.pk})
        owner.execute(
            "INSERT INTO audit_auditentry (event, changes, detail, content_hash, at) "
            "VALUES ('changed', '{}', '{}', '', now() - interval '1 hour')"
        )
    found = audit_verify()
    named = {problem.entry_id for problem in found.problems}
    follower = {
        seal.entry_id
        for seal in AuditSeal.objects.all()
        if any(p.what == "order" and p.entry_id == seal.entry_id for p in found.problems)
    }
    missed = [
        entry.pk for entry in chosen if entry.pk not in named and not follower & {entry.pk + 1, entry.pk + 2}
    ]
    assert missed == []
    assert "unlinked" in {problem.what for problem in found.problems}
    with pytest.raises(CommandError, match="problems found"):
        call_command("verify_audit", organisation="acme", stdout=StringIO())


def alteration(way: str) -> str:
    if way in COLUMNS:
        return f"UPDATE audit_auditentry SET {way} = {COLUMNS[way]} WHERE id = %(id)s"
    return {
        "entry deleted": "DELETE FROM audit_auditentry WHERE id = %(id)s",
        "link deleted": "DELETE FROM audit_auditseal WHERE entry_id = %(id)s",
        "link hash": "UPDATE audit_auditseal SET chain_hash = repeat('0', 64) WHERE entry_id = %(id)s",
        "link time": "UPDATE audit_auditseal SET sealed_at = sealed_at - interval '1 second' "
        "WHERE entry_id = %(id)s",
    }[way]


def test_chain_written_anew_and_chain_cut_off_differ_from_the_exported_head(commits, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    rows = fill(6)
    heads_export()
    exported = head_exported("audit")
    assert exported == chain_head()
    with owner_connection(without_triggers=TABLES) as owner:
        owner.execute("DELETE FROM audit_auditseal WHERE entry_id = %s", [rows[-1].pk])
        owner.execute("DELETE FROM audit_auditentry WHERE id = %s", [rows[-1].pk])
    assert audit_verify().sound, "without the head a careful intruder goes unseen"
    assert [problem.what for problem in verify_in_snapshot().problems] == ["head"]
    with owner_connection(without_triggers=TABLES) as owner:
        rewrite(owner, rows[2].pk)
    assert audit_verify().sound
    assert [problem.what for problem in audit_verify(head=exported).problems] == ["head"]


def rewrite(owner, pk: int) -> None:
    """A patient intruder: alters an entry, its hash and every link."""
    owner.execute("UPDATE audit_auditentry SET label = 'x' WHERE id = %s", [pk])
    owner.execute(f"UPDATE audit_auditentry e SET content_hash = {hash_sql('e')} WHERE id = %s", [pk])
    previous = GENESIS
    for seal in AuditSeal.objects.order_by("sequence").select_related("entry"):
        own = link_hash(previous, seal.sequence, seal.entry_id, seal.entry.content_hash, seal.sealed_at)
        owner.execute(
            "UPDATE audit_auditseal SET previous_hash = %s, chain_hash = %s WHERE sequence = %s",
            [previous, own, seal.sequence],
        )
        previous = own


def test_entry_that_commits_late_is_linked_all_the_same(commits):
    fill(2)
    with owner_connection() as slow, owner_connection() as quick:
        insert = (
            "INSERT INTO audit_auditentry (event, label, changes, detail, content_hash) "
            "VALUES ('changed', %s, '{}', '{}', '')"
        )
        slow.execute("BEGIN")
        slow.execute(insert, ["slow"])
        quick.execute(insert, ["quick"])
        follow_audit()
        slow.execute("COMMIT")
    follow_audit()
    slow_entry = AuditEntry.objects.get(label="slow")
    quick_entry = AuditEntry.objects.get(label="quick")
    assert slow_entry.pk < quick_entry.pk
    assert slow_entry.seal.sequence > quick_entry.seal.sequence
    assert audit_verify().sound


def test_verification_runs_as_a_job_of_the_page(commits):

    fill(3)
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(make_user("*", is_staff=True), backend="apps.accounts.backends.RoleBackend")
    assert client.post("/admin/audit/auditentry/verify/").status_code == 302
    job = Job.objects.get(task="audit.run_verification")
    run_job("org_acme", job.pk)

    connection.set_schema("org_acme")
    page = client.get("/admin/audit/auditentry/verify/").content.decode()
    assert "Sound" in page


@pytest.mark.django_db
def test_platform_keeps_its_own_trail(settings, tmp_path):
    settings.DATA_DIR = tmp_path
    load_modules("tasks")  # as in the worker, where accounting has registered its chain
    connection.set_schema_to_public()
    try:
        access_log_write(AccessEvent.SIGN_IN, label="operator@platform.example")
        follow_platform()
        entry = AuditEntry.objects.get(label="operator@platform.example")
        assert entry.seal.sequence >= 1
        assert audit_verify(head=head_exported("audit")).sound
    finally:
        connection.set_schema("org_acme")


def test_heads_are_copied_to_where_the_backups_lie_and_never_written_over(commits, settings, tmp_path):
    settings.DATA_DIR, settings.BACKUP_TARGET = tmp_path / "here", str(tmp_path / "elsewhere")
    fill(2)
    path = heads_export()
    heads_export()
    (copy,) = (tmp_path / "elsewhere" / "chain-heads" / "org_acme").iterdir()
    assert copy.read_bytes() == path.read_bytes()
    path.write_text('{"audit": null}')  # the owner of this disk writes the witness anew
    path.with_suffix(".copied").unlink()
    heads_export()
    kept = {item.read_text() for item in (tmp_path / "elsewhere" / "chain-heads" / "org_acme").iterdir()}
    assert len(kept) == 2
    assert copy.read_text() in kept


def test_copy_that_fails_is_made_the_next_time(commits, settings, tmp_path, monkeypatch):
    settings.DATA_DIR, settings.BACKUP_TARGET = tmp_path / "here", str(tmp_path / "file")
    (tmp_path / "file").write_text("no folder")
    heads_export()
    settings.BACKUP_TARGET = str(tmp_path / "elsewhere")
    heads_export()
    assert len(list((tmp_path / "elsewhere").rglob("*.json"))) == 1
