"""Database triggers shared by ledgers: what is written stays written."""

from __future__ import annotations

import pgtrigger
from pgtrigger.compiler import UpsertTriggerSql

_ALWAYS = """
    CREATE OR REPLACE FUNCTION {pgid}() RETURNS TRIGGER AS $$
        {declare}
        BEGIN
            {func}
        END;
    $$ LANGUAGE plpgsql;

    DROP TRIGGER IF EXISTS {pgid} ON {table};
    CREATE {constraint} TRIGGER {pgid}
        {when} {operation} ON {table}
        {timing}
        {referencing}
        FOR EACH {level} {condition}
        EXECUTE PROCEDURE {execute};

    COMMENT ON TRIGGER {pgid} ON {table} IS '{hash}';
"""


def triggers_always_fire() -> None:
    """Leave out of every trigger that a setting of the session (``pgtrigger.ignore``) switches it off.

    Guards must hold against whoever has SQL. The library's question also costs: it catches an error at each
    call, after which PostgreSQL looks through all deferred checks that wait, so that a batch's cost grows
    with the square of its rows.
    """
    UpsertTriggerSql.get_template = lambda _self: _ALWAYS


ERASING = "bahi.erasing"
"""Setting of the owner's transaction that takes a person's data out of a log, or rows past their keeping."""


def append_only(name: str, *, erasable: bool = False) -> list[pgtrigger.Trigger]:
    """Triggers that refuse UPDATE, DELETE and TRUNCATE on a table, whoever asks.

    ``erasable``: but for the erasure of a person in the process of the table's owner, who could drop the
    trigger anyway. For everybody else the setting opens nothing, and the run-time role holds neither right.
    """
    door = (
        f"IF current_setting('{ERASING}', true) <> '' AND current_user = "  # noqa: S608 - constants
        "(SELECT pg_get_userbyid(relowner) FROM pg_class WHERE oid = TG_RELID) THEN "
        "IF TG_OP = 'DELETE' THEN RETURN OLD; END IF; RETURN NEW; END IF; "
    )
    return [
        pgtrigger.Trigger(
            name=f"{name}_no_change",
            when=pgtrigger.Before,
            operation=pgtrigger.Update | pgtrigger.Delete,
            func=(door if erasable else "")
            + "RAISE EXCEPTION 'rows of % are never changed or deleted', TG_TABLE_NAME "
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


def no_circle() -> pgtrigger.Trigger:
    """Refuses a ``parent_id`` below the row itself, also when two people turn two branches at once.

    One at a time in each table: the second waits until the first has committed and then sees its change.
    A new row has nothing below it, so only changes are looked at.
    """
    return pgtrigger.Trigger(
        name="no_circle",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Condition(
            "NEW.parent_id IS NOT NULL AND NEW.parent_id IS DISTINCT FROM OLD.parent_id"
        ),
        declare=[("above", "bigint")],
        func="""
            PERFORM pg_advisory_xact_lock(hashtextextended(TG_TABLE_SCHEMA || '.' || TG_TABLE_NAME, 0));
            above := NEW.parent_id;
            FOR step IN 1..1000 LOOP
                EXIT WHEN above IS NULL OR above = NEW.id;
                EXECUTE format('SELECT parent_id FROM %I.%I WHERE id = $1', TG_TABLE_SCHEMA, TG_TABLE_NAME)
                    INTO above USING above;
            END LOOP;
            IF above IS NOT NULL THEN
                RAISE EXCEPTION 'a row of % would lie inside itself', TG_TABLE_NAME
                    USING ERRCODE = 'check_violation', CONSTRAINT = TG_TABLE_NAME || '_no_circle';
            END IF;
            RETURN NEW;""",
    )


# Bookkeeping columns of history rows, and what no trail may hold.
_UNTOLD = (
    "history_id", "history_date", "history_type", "history_user_id", "history_change_reason", "actor_kind",
    "actor_label", "search_text", "password", "last_login", "created_at", "updated_at", "version",
)  # fmt: skip
_ACTOR = "coalesce(nullif(current_setting('bahi.actor', true), ''), '{}')::jsonb"


def _audited(source: str) -> pgtrigger.Trigger:
    """One statement for all rows that a statement wrote: an import writes thousands at once."""
    return pgtrigger.Trigger(
        name="audited",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="written"),
        declare=[("who", "jsonb")],
        func=f"who := {_ACTOR};\n{source}\nRETURN NULL;\n",
    )


def audited_history(record_kind: str, table: str, key: str = "id") -> pgtrigger.Trigger:
    """Writes an audit entry for each history row: the columns that changed, before and after.

    In the database, so that no service, import or script can change a record unseen. What the row itself
    doesn't know of the actor (address, request) comes from ``bahi.actor``, set by the unit of work.
    """
    untold = ", ".join(f"'{name}'" for name in _UNTOLD)
    return _audited(
        f"""INSERT INTO audit_auditentry (event, record_kind, record_id, record_label, actor_kind, user_id,
    label, address, request_id, path, changes, detail, content_hash)
SELECT CASE n.history_type WHEN '+' THEN 'created' WHEN '-' THEN 'deleted' ELSE 'changed' END,
    '{record_kind}', n.{key}, left(coalesce(nullif(now.row ->> 'number', ''), nullif(now.row ->> 'name', ''),
    now.row ->> 'code', ''), 200), n.actor_kind, n.history_user_id, n.actor_label,
    coalesce(who ->> 'address', ''), coalesce(who ->> 'request_id', ''), coalesce(who ->> 'path', ''),
    coalesce(changed.columns, '{{}}'), '{{}}', ''
  FROM written n
  CROSS JOIN LATERAL (SELECT to_jsonb(n) - ARRAY[{untold}] AS row) now
  LEFT JOIN LATERAL (
    SELECT to_jsonb(h) AS row FROM {table} h
     WHERE n.history_type = '~' AND h.{key} = n.{key} AND h.history_id < n.history_id
     ORDER BY h.history_id DESC LIMIT 1) before ON true
  LEFT JOIN LATERAL (
    SELECT jsonb_object_agg(key, jsonb_build_array(before.row -> key, value)) AS columns
      FROM jsonb_each(now.row) WHERE value IS DISTINCT FROM coalesce(before.row -> key, 'null')
       AND (before.row IS NOT NULL OR value NOT IN ('""', '[]', '{{}}'))) changed ON true
 WHERE n.history_type <> '~' OR changed.columns IS NOT NULL
 ORDER BY n.history_id;"""  # noqa: S608 - a trigger's text, made of names in the code
    )


def audited_log() -> pgtrigger.Trigger:
    """Copies each entry of the access log into the audit trail."""
    return _audited(
        """INSERT INTO audit_auditentry (event, actor_kind, user_id, label, address, agent, path, request_id,
    changes, detail, content_hash)
SELECT n.event, coalesce(who ->> 'kind', 'user'), n.user_id, n.label, n.address, n.agent, n.path,
    coalesce(who ->> 'request_id', ''), '{}', n.detail, '' FROM written n ORDER BY n.id;"""
    )
