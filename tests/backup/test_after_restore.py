"""What comes back to life with a backup, and what must not."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from apps.accounts.models import SignInSession, User
from apps.accounts.services.keys import key_find, key_make
from apps.accounts.tokens import pair_issue, pair_refresh
from apps.audit.services.chain import audit_verify, chain_seal
from apps.audit.services.heads import head_exported, heads_export
from apps.backup.services.making import backup_make
from apps.backup.services.restoring import backup_restore
from apps.core.errors import InvalidInput
from apps.core.sealed_stream import BackupDamaged
from apps.core.secrets import new_key
from apps.core.tenant import organisation_context
from apps.platform.services.sign_up import slug_free
from apps.runtime.models import Job
from apps.tenancy.models import DeletionRecord, Organisation
from apps.tenancy.services.deletion import organisation_delete
from apps.tenancy.services.provisioning import organisation_create
from tests.factories.catalog import make_product


def test_sign_ins_and_jobs_of_before_are_over_and_the_operator_hears_who_may_come(owner, place, rf):
    request = rf.post("/", HTTP_HOST="acme.localhost")
    with organisation_context("org_acme"):
        asha = User.objects.get(email="asha@acme.example")
        pair = pair_issue(request, asha)
        _row, text = key_make(user=asha, name="Shop", scopes=["read"], days=30)
        Job.objects.create(task="documents.run_bulk_action", title="Send 40 invoices", state="running")
        Job.objects.create(task="backup.run_backup", title="Backup", state="running")
        made = backup_make()
    organisation_delete(Organisation.objects.get(slug="acme"))
    done = backup_restore(made.name, slug="acme")
    with organisation_context("org_acme"):
        assert not SignInSession.objects.filter(ended_at=None).exists()
        with pytest.raises(Exception, match="sign-in has ended"):
            pair_refresh(request, pair["refresh"])
        assert key_find(text) is not None
        assert {job.state for job in Job.objects.all()} == {"cancelled"}
        people = User.objects.filter(is_active=True, is_portal=False).count()
    told = " ".join(done.told)
    assert f"{people} people may sign in and 1 API keys are good" in told
    assert "1 jobs were under way" in told


def test_witnesses_of_the_deleted_one_do_not_call_the_restored_chain_cut_off(owner, place):
    with organisation_context("org_acme"):
        make_product("T-1")
        chain_seal()
        made = backup_make()
        make_product("T-2")  # what the backup doesn't have
        chain_seal()
        heads_export()
        assert audit_verify(head=head_exported("audit")).sound
    organisation_delete(Organisation.objects.get(slug="acme"))
    backup_restore(made.name, slug="acme")
    with organisation_context("org_acme"):
        assert audit_verify(head=head_exported("audit")).sound
        chain_seal()
        heads_export()
        assert head_exported("audit")
        assert audit_verify(head=head_exported("audit")).sound


@pytest.mark.commits
def test_the_name_of_a_deleted_one_is_given_to_nobody_else(owner):
    """Its backups lie under it: the next one of this name would list, take out and prune them."""
    then = timezone.now() - timedelta(days=400)
    facts = {"schema": "org_brava"}
    DeletionRecord.objects.create(slug="brava", name="Brava", facts=facts, deleted_at=then, signature="x")
    with pytest.raises(InvalidInput, match="was deleted"):
        organisation_create(slug="Brava")
    with pytest.raises(InvalidInput, match="taken"):
        slug_free("brava")
    assert organisation_create(slug="brava", again=True).slug == "brava"
    DeletionRecord.objects.create(
        slug="trial", name="Demo", facts={"demo": True}, deleted_at=then, signature="x"
    )
    assert organisation_create(slug="trial").slug == "trial"


def test_a_backup_opens_with_its_old_key_behind_a_new_one_and_with_no_other(owner, place, settings):
    old, new = new_key(), new_key()
    settings.BACKUP_KEYS = old
    with organisation_context("org_acme"):
        made = backup_make()
    settings.BACKUP_KEYS = new
    with pytest.raises(BackupDamaged):
        backup_restore(made.name, slug="copy")
    assert not Organisation.objects.filter(slug="copy").exists()
    settings.BACKUP_KEYS = f"{new},{old}"
    assert backup_restore(made.name, slug="copy").organisation.slug == "copy"
