"""What the platform keeps about an organisation goes with its backup; nothing comes back laxer."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import connection

from apps.audit.services.chain import audit_verify, chain_seal
from apps.backup.services import making
from apps.backup.services.making import backup_make
from apps.backup.services.restoring import backup_restore
from apps.core.personal import subjects
from apps.core.tenant import organisation_context, public_context
from apps.messaging.models import MailMessage, Notification
from apps.parties.models import Party
from apps.platform.services.look import look_of, look_save
from apps.privacy.models import PersonalRequest
from apps.privacy.people import Person
from apps.privacy.services.erasing import erasure_ask, erasure_do
from apps.tenancy.models import Domain, ErasureRecord, Organisation, Plan
from apps.tenancy.services.deletion import organisation_delete
from apps.tenancy.services.domains import domain_claim, domain_primary, domain_verify
from apps.tenancy.services.erasures import erasure_note
from tests.factories.parties import make_customer


def acme():
    return Organisation.objects.get(slug="acme")


def forbid(access="forbid"):
    Organisation.objects.filter(slug="acme").update(operator_access=access)


def made_now():
    with organisation_context("org_acme"):
        return backup_make()


def test_choice_about_the_operator_is_never_laxer_after_a_restore(owner, place):
    lax = made_now()
    forbid()
    strict = made_now()
    assert backup_restore(strict.name, slug="copy-one").organisation.operator_access == "forbid"
    # the backup of before the choice, beside the original that has made it since
    assert backup_restore(lax.name, slug="copy-two").organisation.operator_access == "forbid"
    organisation_delete(acme())  # and what it said last outlives it
    assert backup_restore(lax.name, slug="acme").organisation.operator_access == "forbid"


def test_what_waited_to_go_out_is_held_in_the_restored_one_only(owner, place):
    with organisation_context("org_acme"):
        MailMessage.objects.create(to=["buyer@firm.example"], subject="Offer", text="x", message_id="offer-1")
        waiting = MailMessage.objects.filter(state="queued").count()
    done = backup_restore(made_now().name, slug="copy")
    assert f"{waiting} waiting mails and texts were held: they may have gone out before." in done.told
    with organisation_context("org_copy"):
        assert {row.state for row in MailMessage.objects.filter(subject="Offer")} == {"failed"}
    with organisation_context("org_acme"):
        assert MailMessage.objects.filter(state="queued").count() == waiting > 0


def test_backup_that_does_not_say_whether_operators_may_enter_keeps_them_out(owner, place, monkeypatch):
    monkeypatch.setattr(making, "KEPT", tuple(field for field in making.KEPT if field != "operator_access"))
    monkeypatch.setattr(making, "public_read", lambda organisation: {})
    done = backup_restore(made_now().name, slug="copy")
    assert done.organisation.operator_access == "forbid"
    assert "The backup doesn't say whether operators may enter: they may not." in done.told


def test_look_limits_and_own_domains_come_back_and_the_rest_is_told(owner, place, settings):
    settings.DNS_LOOKUP = "apps.tenancy.dns.lookup_simulated"
    look_save(acme(), text="Welcome to Acme", accent="#0b63a5", background="#ffffff")
    claim = domain_claim(acme(), "erp.acme.example")
    other = domain_claim(acme(), "old.acme.example")
    call_command("simulate_dns", claim.record_name, claim.record_text)
    call_command("simulate_dns", other.record_name, other.record_text)
    domain_verify(claim)
    domain_primary(claim)
    domain_verify(other)
    plan = Plan.objects.create(code="small", name="Small", users=5)
    Organisation.objects.filter(slug="acme").update(plan=plan, own_limits={"users": 7})
    made = made_now()
    beside = backup_restore(made.name, slug="beside")  # its domains are the original's
    assert [text for text in beside.told if "erp.acme.example" in text and "in use" in text]
    assert not Domain.objects.filter(domain="erp.acme.example", tenant=beside.organisation).exists()
    with organisation_context("org_acme"):
        told = Notification.objects.filter(event="backup.copied")
        assert {row.user.email for row in told} >= {"asha@acme.example"}
    organisation_delete(acme())
    Organisation.objects.filter(plan=plan).update(plan=None)
    plan.delete()
    call_command("simulate_dns", other.record_name)  # the record is gone
    done = backup_restore(made.name, slug="acme")
    assert Domain.objects.get(domain="erp.acme.example").is_primary
    assert not Domain.objects.filter(domain="old.acme.example").exists()
    assert look_of(acme()).text == "Welcome to Acme"
    assert acme().own_limits == {"users": 7}
    assert [text for text in done.told if "old.acme.example" in text]
    assert [text for text in done.told if "“small” is not here" in text]


def test_person_who_was_erased_after_the_backup_is_erased_again_in_it(owner, place):
    with organisation_context("org_acme"):
        meera = make_customer(
            legal_name="Meera Quillfeather", display_name="Meera Quillfeather", is_person=True
        )
        stays = make_customer(legal_name="Ravi Stayhere", display_name="Ravi Stayhere", is_person=True)
    made = made_now()
    with organisation_context("org_acme"):
        person = Person(subjects()["parties.party"], Party.objects.get(pk=meera.pk))
        erasure_do(erasure_ask(person, by=None))
        assert not Party.objects.filter(legal_name__contains="Quillfeather").exists()
    row = ErasureRecord.objects.get()
    assert "Quillfeather" not in str(vars(row))
    done = backup_restore(made.name, slug="copy")
    assert [text for text in done.told if text.startswith("Erased again")]
    with organisation_context("org_copy"):
        assert Party.objects.get(pk=meera.pk).legal_name.startswith("Erased person")
        assert Party.objects.get(pk=stays.pk).legal_name == "Ravi Stayhere"
        chain_seal()
        assert audit_verify().sound
    assert ErasureRecord.objects.count() == 1  # once, however often it is done again


@pytest.mark.parametrize("done_since", [True, False])
def test_erasure_that_waited_when_the_backup_was_made_is_done_in_the_restored_one(owner, place, done_since):
    with organisation_context("org_acme"):
        name = "Meera Quillfeather"
        meera = make_customer(legal_name=name, display_name=name, is_person=True)
        person = Person(subjects()["parties.party"], Party.objects.get(pk=meera.pk))
        asked = erasure_ask(person, by=None, reason="letter")
    made = made_now()
    with organisation_context("org_acme"):
        if done_since:
            erasure_do(asked)
    backup_restore(made.name, slug="copy")
    with organisation_context("org_copy"):
        request = PersonalRequest.objects.get()
        assert (request.pk, request.state, request.reason) == (asked.pk, "done", "letter")
        assert Party.objects.get(pk=meera.pk).legal_name == request.pseudonym


def test_made_up_entry_of_the_ledger_erases_nobody(owner, place):
    with organisation_context("org_acme"):
        meera = make_customer(
            legal_name="Meera Quillfeather", display_name="Meera Quillfeather", is_person=True
        )
        born = Party.objects.get(pk=meera.pk).created_at
    made = made_now()
    with public_context():
        erasure_note("parties.party", meera.pk, born)
        good = ErasureRecord.objects.get()
        ErasureRecord.objects.create(
            subject_kind="parties.party", subject_id=meera.pk, salt=good.salt, digest=good.digest,
            erased_at=good.erased_at - timedelta(days=1), signature=good.signature,
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE tenancy_erasurerecord DISABLE TRIGGER USER")
            cursor.execute("DELETE FROM tenancy_erasurerecord WHERE id = %s", [good.pk])
    assert not any("Erased again" in text for text in backup_restore(made.name, slug="copy").told)
    with organisation_context("org_copy"):
        assert Party.objects.get(pk=meera.pk).legal_name == "Meera Quillfeather"
