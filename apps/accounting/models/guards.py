"""Triggers that keep the ledger balanced whoever writes to it.

Both tables carry a deferred constraint trigger: with one on the header alone a later transaction could slip
a line into a posted entry. Names are resolved in the schema of the table that fired, never through a
temporary table of the session that shadows them.
"""

from __future__ import annotations

import pgtrigger

_CHECK = """
    IF to_regclass('accounting_journalentry') IS DISTINCT FROM
           to_regclass(format('%I.accounting_journalentry', TG_TABLE_SCHEMA))
       OR to_regclass('accounting_journalline') IS DISTINCT FROM
           to_regclass(format('%I.accounting_journalline', TG_TABLE_SCHEMA)) THEN
        RAISE EXCEPTION 'the ledger is checked inside its own schema only' USING ERRCODE = 'check_violation';
    END IF;
    SELECT e.line_count, count(l.id), coalesce(sum(l.base_amount), 0),
           coalesce(bool_and(l.company_id = e.company_id AND l.date = e.date), false)
      INTO expected, counted, difference, same
      FROM accounting_journalentry e LEFT JOIN accounting_journalline l ON l.entry_id = e.id
     WHERE e.id = {entry} GROUP BY e.id;
    IF expected IS NULL OR counted <> expected OR counted < 2 THEN
        RAISE EXCEPTION 'journal entry % has % lines instead of %', {entry}, counted, expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_lines_complete';
    END IF;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'journal entry % differs by %', {entry}, difference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_balanced';
    END IF;
    IF NOT same THEN
        RAISE EXCEPTION 'journal entry % has lines of another company or day', {entry}
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_one_company';
    END IF;
"""
_ACCOUNT = """
    PERFORM 1 FROM accounting_account a
      WHERE a.id = NEW.account_id AND a.company_id = NEW.company_id AND NOT a.is_group;
    IF NOT FOUND THEN
        RAISE EXCEPTION 'account % can not be posted to in company %', NEW.account_id, NEW.company_id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_line_account_fits';
    END IF;
"""
_DECLARE = [
    ("expected", "integer"),
    ("counted", "bigint"),
    ("difference", "numeric"),
    ("same", "boolean"),
]


def _trigger(name: str, body: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=_DECLARE,
        func=body + "RETURN NULL;",
    )


def entry_triggers() -> list[pgtrigger.Trigger]:
    """For the header: its lines are there, complete and balanced, when the transaction ends."""
    return [_trigger("entry_balanced", _CHECK.format(entry="NEW.id"))]


def line_triggers() -> list[pgtrigger.Trigger]:
    """For each line: the same check of its entry, and an account of the same company that is no group."""
    return [_trigger("line_balanced", _CHECK.format(entry="NEW.entry_id") + _ACCOUNT)]
