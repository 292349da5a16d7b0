"""Triggers that keep what is posted as it was posted: header, lines and charges of a document.

Only a short list of columns may change after the draft (state, links to what came later, notes); the
database refuses the rest whoever asks: service, import, admin or a person with SQL.
"""

from __future__ import annotations

import pgtrigger

HEADER_FREE = (
    "status", "version", "updated_at", "notes", "tags", "custom", "owner_id", "department_id", "team_id",
    "cancelled_on", "cancel_reason", "reversal_entry_id", "search_text", "sent_at",
    "po_reference", "po_date",
)  # fmt: skip
_REFUSE = "USING ERRCODE = 'restrict_violation';"


def posted_header(name: str, *free: str, before: tuple[str, ...] = ("draft",)) -> list[pgtrigger.Trigger]:
    """A document that is no draft keeps its columns (but for the free ones) and is never deleted. ``before``:
    the states in which it is in no book yet."""
    open_states = ", ".join(f"'{state}'" for state in before)
    columns = ", ".join(f"'{column}'" for column in (*HEADER_FREE, *free))
    return [
        pgtrigger.Trigger(
            name=f"{name}_posted_fixed",
            when=pgtrigger.Before,
            operation=pgtrigger.Update,
            condition=pgtrigger.Condition(
                f"OLD.status NOT IN ({open_states})" if len(before) > 1 else "OLD.status <> 'draft'"
            ),
            func=f"""
                IF (to_jsonb(NEW) - ARRAY[{columns}]) IS DISTINCT FROM (to_jsonb(OLD) - ARRAY[{columns}])
                   OR NEW.status IN ({open_states}) THEN
                    RAISE EXCEPTION 'a posted % is never changed', TG_TABLE_NAME {_REFUSE}
                END IF;
                RETURN NEW;""",
        ),
        pgtrigger.Trigger(
            name=f"{name}_posted_kept",
            when=pgtrigger.Before,
            operation=pgtrigger.Delete,
            condition=pgtrigger.Condition("OLD.status <> 'draft' OR OLD.number <> ''"),
            func=f"RAISE EXCEPTION 'a numbered % is never deleted', TG_TABLE_NAME {_REFUSE}",
        ),
    ]


def posted_lines(name: str, parent_table: str, parent_column: str) -> list[pgtrigger.Trigger]:
    """Rows below a document are written, changed and deleted only while it is a draft."""

    def refuse(rows: str) -> str:
        return f"""
                IF EXISTS (SELECT FROM {rows} JOIN {parent_table} p ON p.id = r.{parent_column}
                            WHERE p.status <> 'draft') THEN
                    RAISE EXCEPTION 'the lines of a posted document are never changed' {_REFUSE}
                END IF;"""

    return [
        pgtrigger.Trigger(
            name=f"{name}_posted_closed",
            level=pgtrigger.Statement,  # an import writes thousands at once
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="written"),
            func=f"{refuse('written r')}\n                RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name=f"{name}_posted_fixed",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=f"""
                {refuse("(SELECT OLD.*) r")}
                IF TG_OP = 'DELETE' THEN
                    RETURN OLD;
                END IF;
                {refuse("(SELECT NEW.*) r")}
                RETURN NEW;""",
        ),
    ]
