"""Database triggers shared by ledgers: what is written stays written."""

from __future__ import annotations

import pgtrigger


def append_only(name: str) -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks."""
    return [
        pgtrigger.Trigger(
            name=f"{name}_no_change",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func="RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME "
            "USING ERRCODE = 'restrict_violation';",
        ),
        pgtrigger.Trigger(
            name=f"{name}_no_trunc",
            level=pgtrigger.Statement,
            when=pgtrigger.Before,
            operation=pgtrigger.Truncate,
            func="RAISE EXCEPTION 'table % is never emptied', TG_TABLE_NAME "
            "USING ERRCODE = 'restrict_violation';",
        ),
    ]
