"""The hash chain: every alteration by somebody who can switch the triggers off is found."""

from __future__ import annotations

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from apps.accounting.ledger import post
from apps.accounting.ledger.balances import balances_prove
from apps.accounting.ledger.chain import chain_seal, ledger_heads, ledger_verify
from apps.accounting.ledger.posting import entry_hash
from apps.accounting.models import AccountBalance, BalanceDelta, JournalSeal
from apps.accounting.tasks import follow_ledger
from apps.audit.services.heads import heads_export
from apps.company.selectors import company_today
from apps.core.uow import run_in_unit_of_work
from tests.factories.accounting import posting
from tests.kit.ledger import assert_balanced
from tests.kit.owner import owner_connection

TABLES = ("accounting_journalentry", "accounting_journalline", "accounting_journalseal")


def fill(company, count=30, journal="general"):
    day = company_today()
    wanted = [
        posting(company, day, ("cash", str(n)), ("sales", str(-n)), journal=journal)
        for n in range(1, count + 1)
    ]
    entries = run_in_unit_of_work(lambda: post(wanted, by=None))
    while run_in_unit_of_work(chain_seal):
        pass
    return entries


@pytest.mark.django_db
def test_auditor_finds_an_untouched_ledger_sound(company):
    entries = fill(company)
    assert JournalSeal.objects.count() == 30
    found = ledger_verify()
    assert (found.sound, found.entries, found.seals, found.unsealed) == (True, 30, 30, 0)
    post([posting(company, company_today(), ("cash", "1"), ("sales", "-1"))], by=None)
    assert ledger_verify().unsealed == 1
    assert ledger_heads()[0]["sequence"] == 30
    assert entries[0].seal.sequence == 1
    assert_balanced()


ALTERATIONS = {
    "amount of a line": "UPDATE accounting_journalline SET base_amount = base_amount * 2 WHERE id = {line}",
    "account of a line": ("UPDATE accounting_journalline SET account_id = account_id + 1 WHERE id = {line}"),
    "day of a line": "UPDATE accounting_journalline SET date = date - 1 WHERE id = {line}",
    "text of a line": "UPDATE accounting_journalline SET description = 'x' WHERE id = {line}",
    "line deleted": "DELETE FROM accounting_journalline WHERE id = {line}",
    "narration": "UPDATE accounting_journalentry SET narration = 'other' WHERE id = {entry}",
    "day": "UPDATE accounting_journalentry SET date = date - 1 WHERE id = {entry}",
    "author": "UPDATE accounting_journalentry SET posted_by = 'Somebody' WHERE id = {entry}",
    "time": "UPDATE accounting_journalentry SET recorded_at = now() WHERE id = {entry}",
    "source": "UPDATE accounting_journalentry SET source_id = source_id + 100000 WHERE id = {entry}",
    "own hash": "UPDATE accounting_journalentry SET content_hash = repeat('0', 64) WHERE id = {entry}",
    "link": "UPDATE accounting_journalseal SET chain_hash = repeat('0', 64) WHERE entry_id = {entry}",
    "sealing time": "UPDATE accounting_journalseal SET sealed_at = now() WHERE entry_id = {entry}",
    "link deleted": "DELETE FROM accounting_journalseal WHERE entry_id = {entry}",
    "entry deleted": (
        "DELETE FROM accounting_journalseal WHERE entry_id = {entry};"
        "DELETE FROM accounting_journalline WHERE entry_id = {entry};"
        "DELETE FROM accounting_journalentry WHERE id = {entry}"
    ),
}


def test_every_alteration_by_the_owner_is_found(commits, company):
    names = list(ALTERATIONS) * 4
    entries = fill(company, 2 * len(names) + 1)
    victims = dict(zip(entries[::2], names, strict=False))
    with owner_connection(without_triggers=TABLES) as owner:
        for entry, name in victims.items():
            line = entry.lines.order_by("?").values_list("pk", flat=True)[0]
            for statement in ALTERATIONS[name].split(";"):
                owner.execute(statement.format(line=line, entry=entry.pk))
    found = ledger_verify()
    named = {problem.entry_id for problem in found.problems}
    gaps = {problem.detail for problem in found.problems if problem.what == "gap"}
    missed = [
        name
        for entry, name in victims.items()
        if entry.pk not in named and f"numbers {entry.sequence} to {entry.sequence} are missing" not in gaps
    ]
    assert missed == []
    assert found.first.number == entries[0].number
    assert balances_prove() != []
    with pytest.raises(CommandError, match="problems found"):
        call_command("verify_ledger", organisation="acme", stdout=StringIO())


def test_cutting_off_the_end_is_found_by_the_counter_and_by_exported_heads(commits, company, tmp_path):
    entries = fill(company, 6)
    heads = ledger_heads()
    last = entries[-1]
    with owner_connection(without_triggers=TABLES) as owner:
        for statement in ALTERATIONS["entry deleted"].split(";"):
            owner.execute(statement.format(entry=last.pk))
        assert [p.what for p in ledger_verify().problems] == ["end_gone"]
        owner.execute("UPDATE accounting_journalcounter SET next_number = next_number - 1")
    assert ledger_verify().sound, "without the heads a careful intruder goes unseen"
    assert [p.what for p in ledger_verify(heads=heads).problems] == ["end_gone"]


def test_rewriting_the_whole_chain_is_found_by_exported_heads(commits, company):
    entries = fill(company, 6)
    heads = ledger_heads()
    with owner_connection(without_triggers=TABLES) as owner:
        owner.execute("UPDATE accounting_journalentry SET narration = 'x' WHERE id = %s", [entries[2].pk])
        entries[2].refresh_from_db()
        own = entry_hash(entries[2], entries[2].lines.order_by("position"))
        owner.execute(
            "UPDATE accounting_journalentry SET content_hash = %s WHERE id = %s", [own, entries[2].pk]
        )
        assert {p.entry_id for p in ledger_verify().problems} == {entries[2].pk}
        owner.execute("DELETE FROM accounting_journalseal")
    while run_in_unit_of_work(chain_seal):
        pass
    assert ledger_verify().sound
    assert [p.what for p in ledger_verify(heads=heads).problems] == ["head"]


def test_worker_links_folds_and_exports_heads(commits, company, settings, tmp_path):
    settings.DATA_DIR = tmp_path
    day = company_today()
    wanted = [posting(company, day, ("cash", "7"), ("sales", "-7")) for _ in range(3)]
    run_in_unit_of_work(lambda: post(wanted, by=None))
    assert BalanceDelta.objects.count() == 2
    follow_ledger()
    assert BalanceDelta.objects.count() == 0
    assert AccountBalance.objects.count() == 4
    assert JournalSeal.objects.count() == 3
    heads = heads_export()
    assert json.loads(heads.read_text())["ledger"] == ledger_heads()
    call_command("verify_ledger", organisation="acme", heads=str(heads), stdout=StringIO())
    call_command("prove_balances", organisation="acme", stdout=StringIO())


def test_a_wrong_kept_balance_is_found_and_repaired(commits, company):
    fill(company, 3)
    AccountBalance.objects.create(
        company_id=company.pk, account_id=1, grain="day", start=company_today(), debit=1, credit=0
    )
    with pytest.raises(CommandError, match="1 balances differ"):
        call_command("prove_balances", organisation="acme", stdout=StringIO())
    call_command("prove_balances", organisation="acme", repair=True, stdout=StringIO())
    assert_balanced()
