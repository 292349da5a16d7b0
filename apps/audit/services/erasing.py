"""Taking a person out of the audit trail so that the chain still proves everything else.

The entry keeps the hash of what was written and its link; ``AuditErasure`` has the hash of what is left, and
an entry of the chain itself vouches for those rows (``chain.audit_verify``). Entries about books stay as they
are: Companies (Accounts) Rules 2014 r.3(1) wants their trail kept. Owner's connection, ``bahi.erasing`` set.
"""

from __future__ import annotations

import hashlib
import json
from typing import Any

from django.db import connection
from psycopg import sql

from apps.audit.choices import AuditEvent
from apps.audit.models import AuditEntry, AuditErasure
from apps.audit.models.guards import hash_sql
from apps.core.personal import Erasure, book_kinds, holdings
from apps.core.sweeping import TextColumn, found, swept

ERASED = "[erased]"
_TEXTS = [
    TextColumn("audit_auditentry", "label", "varchar", 200),
    TextColumn("audit_auditentry", "record_label", "varchar", 200),
    TextColumn("audit_auditentry", "path", "varchar", 300),
    TextColumn("audit_auditentry", "changes", "jsonb", 0),
    TextColumn("audit_auditentry", "detail", "jsonb", 0),
]


def trail_erase(erasure: Erasure) -> int:
    """Take the person out of every entry that isn't about books; returns how many entries changed."""
    changed = {**_own(erasure), **_mentions(erasure)}
    if not changed:
        return 0
    lines = ",".join(f"{pk}:{digest}" for pk, digest in sorted(changed.items()))
    record = AuditEntry.objects.create(
        event=AuditEvent.ERASED,
        record_kind=erasure.subject,
        record_id=erasure.pk,
        record_label=erasure.pseudonym,
        actor_kind="user",
        label=erasure.by[:200],
        detail={
            "entries": len(changed),
            "digest": hashlib.sha256(lines.encode()).hexdigest(),
            "request": erasure.request_id,
        },
    )
    AuditErasure.objects.bulk_create(
        [AuditErasure(entry_id=pk, record=record, content_hash=digest) for pk, digest in changed.items()],
        batch_size=1000,
    )
    return len(changed)


def _own(erasure: Erasure) -> dict[int, str]:
    """Entries of the person's own record, and of rows that went with their history: what was in his columns
    goes, which columns changed stays."""
    changed: dict[int, str] = {}
    for kind, ids in {**erasure.removed, erasure.subject: {erasure.pk}}.items():
        columns = {
            name
            for item in holdings(erasure.subject)
            if item.model == kind and (item.removed or item.path == "pk")
            for name in item.fields
        }
        changed |= _columns_erase(
            erasure, AuditEntry.objects.filter(record_kind=kind, record_id__in=ids), columns
        )
    return changed


def _columns_erase(erasure: Erasure, found_entries: Any, columns: set[str]) -> dict[int, str]:
    changed: dict[int, str] = {}
    for entry in found_entries.iterator(chunk_size=500):
        changes = {
            name: [ERASED if value else value for value in pair] if name in columns else pair
            for name, pair in entry.changes.items()
        }
        changed |= _write(
            sql.SQL("changes = {}::jsonb, record_label = {}").format(
                sql.Literal(_json(changes)), sql.Literal(erasure.pseudonym)
            ),
            sql.SQL("e.id = {}").format(sql.Literal(entry.pk)),
        )
    return changed


def _mentions(erasure: Erasure) -> dict[int, str]:
    """Entries of what he did, without his address and device, and entries that name him."""
    if erasure.subject == "accounts.user":
        his = sql.SQL("coalesce(e.user_id = {}, false)").format(sql.Literal(erasure.pk))
    else:
        his = sql.SQL("false")
    sets = [
        sql.SQL("{} = {}").format(
            sql.Identifier(column.name),
            swept(column, erasure.patterns, "e") if erasure.patterns else _same(column),
        )
        for column in _TEXTS
        if column.name != "label"
    ]
    label = swept(_TEXTS[0], erasure.patterns, "e") if erasure.patterns else _same(_TEXTS[0])
    sets += [
        sql.SQL("label = CASE WHEN {} THEN {} ELSE {} END").format(
            his, sql.Literal(erasure.pseudonym), label
        ),
        sql.SQL("address = CASE WHEN {} THEN '' ELSE e.address END").format(his),
        sql.SQL("agent = CASE WHEN {} THEN '' ELSE e.agent END").format(his),
    ]
    named = found(_TEXTS, erasure.patterns, "e") if erasure.patterns else sql.SQL("false")
    where = sql.SQL("NOT (e.record_kind = ANY({})) AND ({} OR {})").format(
        sql.Literal(book_kinds()), his, named
    )
    return _write(sql.SQL(", ").join(sets), where)


def _same(column: TextColumn) -> sql.Composable:
    return sql.SQL("e.{}").format(sql.Identifier(column.name))


def _write(sets: sql.Composable, where: sql.Composable) -> dict[int, str]:
    """Change entries; → their ids and the hashes of what is left."""
    query = sql.SQL("UPDATE audit_auditentry e SET {} WHERE {} RETURNING e.id, {}").format(
        sets, where, sql.SQL(hash_sql("e"))
    )
    with connection.cursor() as cursor:
        cursor.execute(query.as_string(connection.connection))
        return dict(cursor.fetchall())


def _json(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
