"""What the database itself does for the audit: a hash at the moment of writing, and no change afterwards."""

from __future__ import annotations

import pgtrigger

# One text of everything that an entry says. Explicit columns, so that a later column leaves old hashes true;
# the time as a number, so that the session's time zone can't change it.
CONTENT = (
    "jsonb_build_array({e}.id, extract(epoch FROM {e}.at)::numeric(20, 6)::text, {e}.event, {e}.record_kind, "
    "{e}.record_id, {e}.record_label, {e}.actor_kind, {e}.user_id, {e}.label, {e}.address, {e}.agent, "
    "{e}.path, {e}.request_id, {e}.changes, {e}.detail)::text"
)


def hash_sql(alias: str) -> str:
    """SQL of the content hash (SHA-256, hex) of the audit entry under this alias."""
    return f"encode(sha256(convert_to({CONTENT.format(e=alias)}, 'UTF8')), 'hex')"


def entry_hashed() -> pgtrigger.Trigger:
    """Hashes each entry as it is written."""
    return pgtrigger.Trigger(
        name="audit_entry_hashed",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        func=f"NEW.content_hash := {hash_sql('NEW')}; RETURN NEW;",
    )


def entry_queued() -> pgtrigger.Trigger:
    """Queues what was written for the sealer, and wakes the sealer after commit."""
    return pgtrigger.Trigger(
        name="audit_entry_queued",
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        referencing=pgtrigger.Referencing(new="written"),
        func="INSERT INTO audit_auditwaiting (entry_id) SELECT id FROM written; "
        "IF current_schema() <> 'public' THEN PERFORM pg_notify('bahi_outbox', current_schema()); END IF; "
        "RETURN NULL;",
    )
