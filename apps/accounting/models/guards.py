"""Triggers that keep the ledger balanced whoever writes to it.

The header carries a deferred trigger: when the transaction ends its lines are there, complete and balanced.
Lines are checked by the statement that writes them, all at once: their accounts, and that no entry gets more
lines than its header names. An entry of an earlier transaction is complete, so nobody slips a line into it.
Names are resolved in the schema of the table that fired, never through a temporary table of the session that
shadows them.
"""

from __future__ import annotations

import pgtrigger


def _own_schema(*tables: str) -> str:
    """Refuses when a name of these tables means another one than that of the schema which fired."""
    shadowed = "\n       OR ".join(
        f"to_regclass('{table}') IS DISTINCT FROM to_regclass(format('%I.{table}', TG_TABLE_SCHEMA))"
        for table in tables
    )
    return f"""
    IF {shadowed} THEN
        RAISE EXCEPTION 'the ledger is checked inside its own schema only' USING ERRCODE = 'check_violation';
    END IF;"""


_ENTRY = """
    SELECT e.line_count, count(l.id), coalesce(sum(l.base_amount), 0),
           coalesce(bool_and(l.company_id = e.company_id AND l.date = e.date), false)
      INTO expected, counted, difference, same
      FROM accounting_journalentry e LEFT JOIN accounting_journalline l ON l.entry_id = e.id
     WHERE e.id = NEW.id GROUP BY e.id;
    IF expected IS NULL OR counted <> expected OR counted < 2 THEN
        RAISE EXCEPTION 'journal entry % has % lines instead of %', NEW.id, counted, expected
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_lines_complete';
    END IF;
    IF difference <> 0 THEN
        RAISE EXCEPTION 'journal entry % differs by %', NEW.id, difference
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_balanced';
    END IF;
    IF NOT same THEN
        RAISE EXCEPTION 'journal entry % has lines of another company or day', NEW.id
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_one_company';
    END IF;
    RETURN NULL;
"""
_LINES = """
    SELECT w.account_id INTO wrong FROM written w
      LEFT JOIN accounting_account a ON a.id = w.account_id AND a.company_id = w.company_id AND NOT a.is_group
     WHERE a.id IS NULL LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'account % can not be posted to in this company', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_line_account_fits';
    END IF;
    SELECT e.id INTO wrong
      FROM (SELECT DISTINCT entry_id FROM written) w JOIN accounting_journalentry e ON e.id = w.entry_id
     WHERE e.line_count < (SELECT count(*) FROM accounting_journalline l WHERE l.entry_id = e.id) LIMIT 1;
    IF FOUND THEN
        RAISE EXCEPTION 'journal entry % has more lines than its header names', wrong
            USING ERRCODE = 'check_violation', CONSTRAINT = 'accounting_entry_lines_complete';
    END IF;
    RETURN NULL;
"""


def entry_triggers() -> list[pgtrigger.Trigger]:
    """For the header: its lines are there, complete and balanced, when the transaction ends."""
    return [
        pgtrigger.Trigger(
            name="entry_balanced",
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            timing=pgtrigger.Deferred,
            declare=[
                ("expected", "integer"),
                ("counted", "bigint"),
                ("difference", "numeric"),
                ("same", "boolean"),
            ],
            func=_own_schema("accounting_journalentry", "accounting_journalline") + _ENTRY,
        )
    ]


def line_triggers() -> list[pgtrigger.Trigger]:
    """For the lines of a statement: accounts of the same company, no groups; not more than entries name."""
    return [
        pgtrigger.Trigger(
            name="lines_fit",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="written"),
            declare=[("wrong", "bigint")],
            func=_own_schema("accounting_journalentry", "accounting_journalline", "accounting_account")
            + _LINES,
        )
    ]
