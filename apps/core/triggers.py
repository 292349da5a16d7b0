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


# Bookkeeping columns of history rows, and what no trail may hold.
_UNTOLD = (
    "history_id", "history_date", "history_type", "history_user_id", "history_change_reason", "actor_kind",
    "actor_label", "search_text", "password", "last_login", "created_at", "updated_at", "version",
)  # fmt: skip
_ACTOR = "coalesce(nullif(current_setting('bahi.actor', true), ''), '{}')::jsonb"


def audited_history(record_kind: str, table: str, key: str = "id") -> pgtrigger.Trigger:
    """Writes an audit entry for each history row: the columns that changed, before and after.

    In the database, so that no service, import or script can change a record unseen. What the row itself
    doesn't know of the actor (address, request) comes from ``bahi.actor``, set by the unit of work.
    """
    untold = ", ".join(f"'{name}'" for name in _UNTOLD)
    return pgtrigger.Trigger(
        name="audited",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("before", "jsonb"), ("after", "jsonb"), ("delta", "jsonb"), ("who", "jsonb")],
        func=f"""
after := to_jsonb(NEW) - ARRAY[{untold}];
IF NEW.history_type = '~' THEN
  SELECT to_jsonb(h) INTO before FROM {table} h
   WHERE h.{key} = NEW.{key} AND h.history_id < NEW.history_id ORDER BY h.history_id DESC LIMIT 1;
END IF;
SELECT coalesce(jsonb_object_agg(key, jsonb_build_array(before -> key, value)), '{{}}') INTO delta
  FROM jsonb_each(after) WHERE value IS DISTINCT FROM coalesce(before -> key, 'null')
   AND (before IS NOT NULL OR value NOT IN ('""', '[]', '{{}}'));
IF NEW.history_type = '~' AND delta = '{{}}' THEN RETURN NULL; END IF;
who := {_ACTOR};
INSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id, label,
    address, request_id, path, changes, detail, content_hash)
VALUES (CASE NEW.history_type WHEN '+' THEN 'created' WHEN '-' THEN 'deleted' ELSE 'changed' END,
    '{record_kind}', NEW.{key},
    left(coalesce(nullif(after ->> 'number', ''), nullif(after ->> 'name', ''), after ->> 'code', ''), 200),
    NEW.actor_kind, NEW.history_user_id, NEW.actor_label, coalesce(who ->> 'address', ''),
    coalesce(who ->> 'request_id', ''), coalesce(who ->> 'path', ''), delta, '{{}}', '');
RETURN NULL;
""",  # noqa: S608 - a trigger's text, made of names in the code
    )


def audited_log() -> pgtrigger.Trigger:
    """Copies each entry of the access log into the audit trail."""
    return pgtrigger.Trigger(
        name="audited",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("who", "jsonb")],
        func=f"""
who := {_ACTOR};
INSERT INTO audit_auditentry (event, actor_kind, user_id, label, address, agent, path, request_id, changes,
    detail, content_hash)
VALUES (NEW.event, coalesce(who ->> 'kind', 'user'), NEW.user_id, NEW.label, NEW.address, NEW.agent, NEW.path,
    coalesce(who ->> 'request_id', ''), '{{}}', NEW.detail, '');
RETURN NULL;
""",  # noqa: S608 - a trigger's text, made of names in the code
    )
