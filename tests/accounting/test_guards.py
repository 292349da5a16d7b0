"""The database refuses what the door would never write, whoever asks."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import psycopg
import pytest
from django.db import DatabaseError, connection, transaction

from apps.accounting.ledger import post
from apps.accounting.ledger.door import constraints_check
from apps.accounting.models import JournalEntry, JournalLine
from apps.company.selectors import company_today
from apps.core.errors import InvalidInput
from apps.core.uow import run_in_unit_of_work
from tests.factories.accounting import line, posting
from tests.factories.company import make_company
from tests.kit.owner import owner_connection

LEDGER = ("accounting_journalentry", "accounting_journalline")


def made(company, **values):
    wanted = posting(company, company_today(), ("cash", "5"), ("sales", "-5"), **values)
    return run_in_unit_of_work(lambda: post([wanted], by=None))[0]


@pytest.mark.django_db
@pytest.mark.parametrize("table", LEDGER)
@pytest.mark.parametrize("statement", ["UPDATE {} SET date = date", "DELETE FROM {}", "TRUNCATE {} CASCADE"])
def test_run_time_role_can_not_change_the_ledger(company, table, statement):
    made(company)
    with pytest.raises(DatabaseError, match="permission denied"), transaction.atomic():
        connection.cursor().execute(statement.format(table))


def test_owner_can_not_change_the_ledger_either(commits, company):
    made(company)
    with owner_connection() as owner:
        for table in LEDGER:
            for statement in ("UPDATE {} SET date = date", "DELETE FROM {}", "TRUNCATE {} CASCADE"):
                with pytest.raises(psycopg.errors.RestrictViolation):
                    owner.execute(statement.format(table))


def refused(match, *works):
    """Each of the works in a savepoint, then the deferred guards: the database must refuse."""

    def run():
        for work in works:
            work()
        constraints_check()

    with pytest.raises(DatabaseError, match=match), transaction.atomic():
        run()


def copy_of(entry: JournalEntry, **values) -> JournalLine:
    own = entry.lines.order_by("position").last()
    fields = {f.attname: getattr(own, f.attname) for f in JournalLine._meta.concrete_fields if f.name != "id"}
    return JournalLine(**{**fields, "position": own.position + 1, **values})


@pytest.mark.django_db
@pytest.mark.parametrize("base", ["-5", "0"])
def test_a_line_slipped_into_a_posted_entry_is_refused(company, base):
    entry = made(company)
    refused("more lines than", lambda: copy_of(entry, base_amount=Decimal(base), amount=Decimal(base)).save())


def test_a_line_slipped_in_by_a_later_transaction_is_refused(commits, company):
    entry = made(company)
    with pytest.raises(DatabaseError, match="more lines than"), transaction.atomic():
        copy_of(entry, base_amount=Decimal(0), amount=Decimal(0)).save()
    assert entry.lines.count() == 2


def test_one_statement_can_not_slip_lines_into_several_entries(commits, company):
    entries = [made(company), made(company)]
    with pytest.raises(DatabaseError, match="more lines than"), transaction.atomic():
        JournalLine.objects.bulk_create([copy_of(entry, position=9) for entry in entries])


@pytest.mark.django_db
def test_no_setting_of_a_session_switches_the_guards_off(company):
    """pgtrigger reads such a setting in its triggers; ours don't."""
    entry = made(company)

    def ignore():
        with connection.cursor() as cursor:
            cursor.execute("SELECT string_agg(tgname, ',') FROM pg_trigger WHERE NOT tgisinternal")
            cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [f"{{{cursor.fetchone()[0]}}}"])

    refused("more lines than", ignore, copy_of(entry, position=9).save)
    refused("differs by", ignore, lambda: raw_entry(company, [Decimal(5), Decimal(-4)]))


def raw_entry(company, amounts, *, count=None, **values):
    """An entry written past the door, to see the database's own guards."""
    model = made(company)
    fields = {f.attname: getattr(model, f.attname) for f in JournalEntry._meta.concrete_fields}
    fields |= {"id": None, "sequence": 900, "source_id": 999_999, "line_count": count or len(amounts)}
    entry = JournalEntry(**fields)
    entry.save()
    own = list(model.lines.order_by("position"))
    for number, amount in enumerate(amounts, 1):
        part = copy_of(model, entry_id=entry.pk, position=number, base_amount=amount, amount=amount)
        part.account_id = own[number % 2].account_id
        for name, value in values.items():
            setattr(part, name, value)
        part.save()
    return entry


@pytest.mark.django_db
def test_an_unbalanced_entry_is_refused_by_the_database(company):
    refused("differs by", lambda: raw_entry(company, [Decimal("5000.00"), Decimal("-4999.99")]))


@pytest.mark.django_db
@pytest.mark.parametrize(("amounts", "count"), [([Decimal(1), Decimal(-1)], 3), ([], 2)])
def test_an_entry_that_lacks_lines_is_refused_by_the_database(company, amounts, count):
    refused("lines instead of", lambda: raw_entry(company, amounts, count=count))


@pytest.mark.django_db
def test_lines_of_another_company_or_day_are_refused_by_the_database(company):
    other = make_company()
    refused(
        "other company or day|can not be posted",
        lambda: raw_entry(company, [Decimal(1), Decimal(-1)], company_id=other.pk),
    )
    day = company_today() - timedelta(days=1)
    refused("another company or day", lambda: raw_entry(company, [Decimal(1), Decimal(-1)], date=day))


@pytest.mark.django_db
def test_an_account_of_another_company_is_refused_by_door_and_database(company):
    foreign = line(make_company(), "cash", "5")
    wanted = posting(company, company_today(), ("cash", "5"), ("sales", "-5"))
    with pytest.raises(InvalidInput) as answer:
        post([replace(wanted, lines=[foreign, wanted.lines[1]])], by=None)
    assert answer.value.errors[0].field == "lines.0.account"
    refused(
        "can not be posted",
        lambda: raw_entry(company, [Decimal(1), Decimal(-1)], account_id=foreign.account_id),
    )


@pytest.mark.django_db
def test_a_temporary_table_can_not_shadow_the_ledger(company):
    made(company)
    refused(
        "own schema",
        lambda: connection.cursor().execute(
            "CREATE TEMP TABLE accounting_journalline (LIKE accounting_journalline)"
        ),
        lambda: connection.cursor().execute(
            f"""INSERT INTO {connection.schema_name}.accounting_journalline
                (entry_id, company_id, date, "position", account_id, base_amount, currency_id, amount,
                 description, tax_role)
                SELECT entry_id, company_id, date, 99, account_id, 0, currency_id, 0, '', ''
                FROM {connection.schema_name}.accounting_journalline LIMIT 1"""
        ),
    )


@pytest.mark.django_db
def test_the_guards_are_ready_again_after_each_posting(company):
    for _ in range(3):
        made(company)
    assert JournalEntry.objects.filter(company=company).count() == 3


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("bases", "code"),
    [(("5000.00", "-4999.99"), "unbalanced"), (("5",), "too_few_lines"), (("0.001", "-0.001"), "places")],
)
def test_bad_postings_get_a_clear_answer(company, bases, code):
    roles = ("cash", "sales")
    pairs = list(zip(roles, bases, strict=False))
    with pytest.raises(InvalidInput) as answer:
        post([posting(company, company_today(), *pairs)], by=None)
    assert code in [e.code for e in answer.value.errors]


@pytest.mark.django_db
def test_groups_and_locked_accounts_take_no_postings(company):
    wanted = posting(company, company_today(), ("cash", "5"), ("sales", "-5"))
    cash = wanted.lines[0].account
    with pytest.raises(InvalidInput, match="group"):
        post(
            [replace(wanted, lines=[replace(wanted.lines[0], account=cash.parent), wanted.lines[1]])], by=None
        )
    cash.locked = True
    cash.save()
    with pytest.raises(InvalidInput, match="locked"):
        post([wanted], by=None)
