"""After an erasure nothing names the person, but what the law wants kept; the trail still proves itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import ProgrammingError, connection, transaction
from psycopg import sql

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLog, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.users import user_deactivate
from apps.audit.models import AuditEntry, AuditErasure
from apps.audit.services.chain import audit_verify
from apps.audit.tasks import follow_audit
from apps.core.actor import Actor, reset_actor, set_actor
from apps.core.errors import Refused
from apps.core.personal import book_kinds, subjects
from apps.core.records import record_save
from apps.core.sweeping import pattern_of, phone_pattern, text_columns
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.datatools.models import ImportedRecord, ImportRun
from apps.documents.models import Comment
from apps.documents.services.attachments import attachment_add
from apps.files.models import StoredFile
from apps.messaging.models import MailMessage
from apps.messaging.services.mail import mail_queue
from apps.parties.models import PartyContact
from apps.privacy.keeping import kept_until
from apps.privacy.models import PersonalRequest
from apps.privacy.people import Person, people_find, traces_of
from apps.privacy.services.erasing import erasure_ask, erasure_preview
from apps.tenancy.models import OrganisationJob
from apps.tenancy.services import owner_jobs
from tests.factories import invoicing
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer

NEEDLES = ("meera", "98400.?12345", "AAAPM1234A", "12 temple")


def asha():
    return User.objects.get(email="asha@acme.example")


def meera(**values):
    party = make_customer(
        legal_name="Meera Iyer", display_name="Meera Iyer", is_person=True, email="meera@iyer.example",
        phone="98400 12345", pan="AAAPM1234A", **values,
    )  # fmt: skip
    party.addresses.update(line1="12 Temple Street")
    return party


def person(record):
    return Person(subjects()[record._meta.label_lower], record)


def named_in(needles=NEEDLES) -> set[str]:
    """Every table of acme in whose rows, as text, one of the words stands: the whole dump, searched."""
    tables = {column.table for column in text_columns("org_acme")}
    found = set()
    with connection.cursor() as cursor:
        for table in sorted(tables):
            query = sql.SQL("SELECT 1 FROM {} t WHERE t::text ~* {} LIMIT 1").format(
                sql.Identifier("org_acme", table), sql.Literal("|".join(needles))
            )
            cursor.execute(query.as_string(connection.connection))
            if cursor.fetchone():
                found.add(table)
    return found


def erase(record, by=None) -> PersonalRequest:
    with organisation_context("org_acme"):
        row = run_in_unit_of_work(lambda: erasure_ask(person(record), by=by or asha(), reason="letter"))
    connection.set_schema_to_public()
    done = owner_jobs.job_run(OrganisationJob.objects.latest("id").pk)
    assert done.error == ""
    connection.set_schema("org_acme")
    row.refresh_from_db()
    return row


def in_acme():
    from apps.tenancy.models import Organisation

    connection.set_schema_to_public()
    connection.set_tenant(Organisation.objects.get(slug="acme"))


def test_erased_customer_is_named_in_the_books_only(owner, place):
    in_acme()
    boss = asha()
    token = set_actor(Actor(kind="user", user=boss, label="Asha", address="10.0.0.1"))
    party = meera()
    PartyContact.objects.create(
        party=party, name="Meera Iyer", email="meera@iyer.example", phone="9840012345"
    )
    account = {"account_name": "Meera Iyer", "account_number": "50100987654321", "ifsc": "HDFC0000001"}
    party.bank_accounts.create(**account)
    party.bank_accounts.create(upi_id="meera@okbank").delete()
    phone = {"phone": "+91 98400 12345"}
    run_in_unit_of_work(lambda: record_save(party, values=phone, version=party.version, by=boss))
    party.refresh_from_db()
    other = make_customer()
    Comment.objects.create(
        target_kind="parties.party",
        target_id=other.pk,
        author=boss,
        text="Knows MEERA  Iyer: 98400-12345",
    )
    Comment.objects.create(
        target_kind="parties.party", target_id=party.pk, author=boss, text="Meera pays late"
    )
    attachment_add(record=party, uploaded=SimpleUploadedFile("meera.txt", b"PAN AAAPM1234A"), by=boss)
    mail_queue(
        to=["meera@iyer.example"], subject="Dear Meera Iyer", text="12 Temple Street", target=party, by=boss
    )
    mail_queue(
        to=["meera@iyer.example", "o@x.example"],
        subject="Hello Meera Iyer",
        text="Meera Iyer writes",
        by=boss,
    )
    access_log_write(AccessEvent.EXPORT, user=boss, detail={"whom": "meera@iyer.example"})
    company = invoicing.company()
    invoice = invoicing.invoice(company=company, party=party, post=True, by=boss)
    follow_audit()
    file = StoredFile.objects.get(name="meera.txt")
    with pytest.raises(Refused, match="not settled"):
        run_in_unit_of_work(lambda: erasure_ask(person(party), by=boss))
    settled = [{"invoice": invoice, "amount": invoice.grand_total}]
    invoicing.receipt(company=company, party=party, amount=invoice.grand_total, allocations=settled)
    follow_audit()
    reset_actor(token)
    assert {"parties_party", "parties_historicalparty", "audit_auditentry", "documents_comment"} <= named_in()

    bank = ("50100987654321", "meera@okbank")
    assert {"parties_historicalpartybankaccount", "audit_auditentry"} <= named_in(bank)

    row = erase(party)
    assert (row.state, row.pseudonym) == ("done", f"Erased person {row.pk:04d}")
    assert named_in(bank) == set()
    assert row.kept_until == kept_until(invoice.date)
    books = {m.replace(".", "_") for m in book_kinds()}
    history = {name.replace("_", "_historical", 1) for name in books}
    left = named_in() - books - history
    assert left == {"audit_auditentry"}, left
    kinds = set(
        AuditEntry.objects.extra(where=["audit_auditentry::text ~* 'meera|98400.?12345|AAAPM1234A'"])
        .values_list("record_kind", flat=True)
    )  # fmt: skip
    assert kinds <= set(book_kinds()), "the trail of the books is kept, nothing else"
    invoice.refresh_from_db()
    assert invoice.party_name == "Meera Iyer", "a posted document never changes"
    party.refresh_from_db()
    assert (party.display_name, party.email, party.pan, party.active) == (row.pseudonym, "", "", False)
    assert not StoredFile.objects.filter(pk=file.pk).exists()
    hay = b"".join(p.read_bytes() for p in Path(place / "media").rglob("*") if p.is_file())
    assert b"AAAPM1234A" not in hay
    assert MailMessage.objects.get(to__contains=["o@x.example"]).text == f"{row.pseudonym} writes"
    assert "[erased]" in Comment.objects.get(target_id=other.pk).text
    follow_audit()
    assert AuditErasure.objects.exists()
    found = audit_verify()
    assert found.sound, found.problems[:3]
    with pytest.raises(Refused, match="already"):
        run_in_unit_of_work(lambda: erasure_ask(person(party), by=boss))

    entry = AuditErasure.objects.first().entry_id
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bahi.erasing', 'x', true)")
        cursor.execute("UPDATE audit_auditentry SET label = 'Nobody' WHERE id = %s", [entry])
    problems = audit_verify().problems
    assert ("content", entry) in {(p.what, p.entry_id) for p in problems}, (
        "more than the erasure took is found"
    )


def test_slipped_in_erasure_does_not_count(owner, place):
    in_acme()
    make_customer()
    follow_audit()
    entry = AuditEntry.objects.latest("id")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bahi.erasing', 'x', true)")
        cursor.execute("UPDATE audit_auditentry SET label = 'Nobody' WHERE id = %s", [entry.pk])
    from apps.audit.models.guards import hash_sql

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {hash_sql('e')} FROM audit_auditentry e WHERE id = %s", [entry.pk])
        digest = cursor.fetchone()[0]
    AuditErasure.objects.create(entry_id=entry.pk, record_id=entry.pk, content_hash=digest)
    assert [p.what for p in audit_verify().problems] == ["content"]


def test_erased_user_leaves_pseudonyms_and_his_sign_ins_go(owner, place):
    in_acme()
    user = make_user("parties.view_party", email="devika@acme.example", phone="98111 22333")
    user.name = "Devika Menon"
    user.save()
    token = set_actor(Actor(kind="user", user=user, label="Devika Menon", address="10.9.8.7"))
    other = make_customer()
    run_in_unit_of_work(lambda: access_log_write(AccessEvent.SIGN_IN, user=user))
    west = {"territory": "West"}
    run_in_unit_of_work(lambda: record_save(other, values=west, version=other.version, by=user))
    Comment.objects.create(target_kind="parties.party", target_id=other.pk, author=user, text="ok")
    mail_queue(to=[user.email], subject="Hello", text="x", secret=True)
    follow_audit()
    reset_actor(token)
    with pytest.raises(Refused, match="switch the user off"):
        run_in_unit_of_work(lambda: erasure_ask(person(user), by=asha()))
    run_in_unit_of_work(lambda: user_deactivate(user=user, by=asha()))
    row = erase(user)
    assert named_in(("devika", "98111.?22333")) == set()
    user.refresh_from_db()
    assert (user.name, user.email) == (row.pseudonym, f"erased-{row.pk:04d}@erased.invalid")
    assert not user.has_usable_password()
    assert set(AccessLog.objects.filter(user_id=user.pk).values_list("label", "address")) == {
        (row.pseudonym, "")
    }
    assert not AuditEntry.objects.filter(address="10.9.8.7").exclude(record_kind__in=book_kinds()).exists()
    follow_audit()
    assert audit_verify().sound


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["audit_auditentry", "accounts_accesslog", "documents_timelineentry"])
def test_setting_alone_opens_no_log_to_the_run_time_role(table):
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('bahi.erasing', 'x', true)")
        for statement in (f"DELETE FROM {table}", f"UPDATE {table} SET id = id"):
            with pytest.raises(ProgrammingError, match="permission denied"), transaction.atomic():
                cursor.execute(statement)


@pytest.mark.django_db
def test_namesake_and_short_names_are_taken_out_of_his_own_records_only(administrator):
    one, two = meera(), make_customer(legal_name="Meera Iyer", display_name="Meera Iyer 2", is_person=True)
    traces = traces_of(person(one), pseudonym="X", email="x@x.invalid")
    assert "Meera Iyer" in traces.shared
    assert pattern_of("Meera Iyer") not in dict(traces.patterns)
    two.legal_name = two.display_name = "Ravi"
    two.save()
    assert "Ravi" in traces_of(person(two), pseudonym="X", email="x").shared


@pytest.mark.django_db
def test_preview_counts_and_names_what_stands_against_it(administrator):
    party = meera()
    preview = erasure_preview(person(party))
    assert preview.hindrances == []
    assert {title: gone for title, _n, gone in preview.rows} == {"parties": False, "addresses": False}
    assert preview.kept == []


def test_days_until_books_are_kept():
    assert kept_until(date(2026, 3, 31)) == date(2034, 3, 31)
    assert kept_until(date(2026, 4, 1)) == date(2035, 3, 31)


@pytest.mark.django_db
def test_people_are_found_among_all_kinds_and_companies_are_not(administrator):
    party = meera()
    firm = make_customer(legal_name="Meera Traders", display_name="Meera Traders")
    contact = PartyContact.objects.create(party=firm, name="Meera Das", email="m@das.example")
    keys = {item.key for item in people_find("meera", administrator)}
    assert keys == {f"parties.party:{party.pk}", f"parties.partycontact:{contact.pk}"}
    assert people_find("m", administrator) == []
    narrow = make_user("parties.view_party", level="own")
    assert people_find("meera", narrow) == []


def test_patterns_find_a_number_however_it_is_written():
    import re

    pattern = phone_pattern("+91 98400 12345")
    for text in ("9840012345", "+91-98400-12345", "98400 12345", "(98400)12345"[1:]):
        assert re.search(pattern, text.replace(")", " "))
    assert phone_pattern("12345") == ""


def test_what_an_import_wrote_over_no_longer_names_users_and_contact_persons(owner, place):
    in_acme()
    user = make_user("parties.view_party", email="devika@acme.example", phone="98111 22333")
    party = make_customer(display_name="Works", legal_name="Works Ltd")
    contact = PartyContact.objects.create(party=party, name="Meera Iyer", email="meera@iyer.example")
    run = ImportRun.objects.create(target="accounts/users", owner=asha(), file_name="f.csv", state="done")
    before = (
        (user, {"name": "Dev", "email": user.email}),
        (party, {"legal_name": "Old Works", "contacts": [{"name": "Meera Iyer", "email": contact.email}]}),
    )
    of_user, of_party = (
        ImportedRecord.objects.create(
            run=run,
            row=place,
            target_kind=row._meta.label_lower,
            target_id=row.pk,
            created=False,
            before=then,
        )
        for place, (row, then) in enumerate(before)
    )
    run_in_unit_of_work(lambda: user_deactivate(user=user, by=asha()))
    erase(user)
    erased = erase(contact)
    of_user.refresh_from_db()
    of_party.refresh_from_db()
    assert of_user.before == {}, "also names too short to be looked for in texts"
    assert of_party.before["legal_name"] == "Old Works"
    assert of_party.before["contacts"][0]["name"] == erased.pseudonym
    assert "meera" not in str(of_party.before)
