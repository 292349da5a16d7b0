"""The audit's hash chain: linked by a sealer after commit, verified by a command, a page or any script.

Entries commit in any order, so a queue table says which wait; nobody who writes waits for the chain's head.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db import connection
from django.utils import timezone

from apps.audit.models import AuditSeal
from apps.audit.models.guards import hash_sql
from apps.core.locks import advisory_try

BATCH = 2000
LATE = timedelta(minutes=5)
GENESIS = hashlib.sha256(b"bahi:audit").hexdigest()
MOST_PROBLEMS = 1000


def link_hash(previous: str, sequence: int, entry_id: int, content_hash: str, sealed_at: datetime) -> str:
    """SHA-256 over the link before, the place, the entry and the time of sealing."""
    at = sealed_at.astimezone(UTC).isoformat(timespec="microseconds")
    text = ":".join((previous, str(sequence), str(entry_id), content_hash, at))
    return hashlib.sha256(text.encode()).hexdigest()


def chain_seal(limit: int = BATCH) -> int:
    """Link committed entries that wait; returns how many. One sealer at a time per organisation."""
    if not advisory_try("audit.seal"):
        return 0
    waiting = _take(limit)
    if not waiting:
        return 0
    head = AuditSeal.objects.order_by("-sequence").values_list("sequence", "chain_hash").first()
    sequence, previous = head or (0, GENESIS)
    now, seals = timezone.now(), []
    for entry_id, content_hash in waiting:
        sequence += 1
        chain_hash = link_hash(previous, sequence, entry_id, content_hash, now)
        seals.append(AuditSeal(sequence, entry_id, previous, chain_hash, now))
        previous = chain_hash
    AuditSeal.objects.bulk_create(seals)
    return len(seals)


def _take(limit: int) -> list[tuple[int, str]]:
    """Ids and hashes of the next waiting entries, taken out of the queue."""
    with connection.cursor() as cursor:
        cursor.execute(
            "WITH taken AS (DELETE FROM audit_auditwaiting WHERE entry_id IN ("
            "SELECT entry_id FROM audit_auditwaiting ORDER BY entry_id LIMIT %s) RETURNING entry_id) "
            "SELECT e.id, e.content_hash FROM taken JOIN audit_auditentry e ON e.id = taken.entry_id "
            "ORDER BY e.id",
            [limit],
        )
        return cursor.fetchall()


def chain_head() -> dict[str, Any] | None:
    """The last link, to be kept outside the database, out of an intruder's reach; None without any."""
    seal = AuditSeal.objects.order_by("-sequence").first()
    if seal is None:
        return None
    return {
        "sequence": seal.sequence,
        "entry_id": seal.entry_id,
        "hash": seal.chain_hash,
        "sealed_at": seal.sealed_at.astimezone(UTC).isoformat(),
    }


@dataclass(frozen=True)
class Problem:
    """what: content, link, order, gone, unlinked or head; entry_id is 0 where no entry is meant."""

    what: str
    entry_id: int
    detail: str


@dataclass
class Verification:
    entries: int = 0
    links: int = 0
    waiting: int = 0
    head: dict[str, Any] | None = None
    problems: list[Problem] = field(default_factory=list)

    @property
    def sound(self) -> bool:
        return not self.problems


def audit_verify(*, head: dict[str, Any] | None = None) -> Verification:
    """Check every entry against its hash and its link, and the chain against an exported head.

    Run inside one snapshot (REPEATABLE READ), else entries that are written meanwhile look unlinked.
    At most ``MOST_PROBLEMS`` of each sort are listed.
    """
    result = Verification(head=chain_head())
    _check_contents(result)
    _check_unlinked(result)
    _check_links(result, head)
    return result


def _check_contents(result: Verification) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM audit_auditentry")
        result.entries = cursor.fetchone()[0]
        cursor.execute(
            f"{_ERASED} SELECT id, event, record_label FROM audit_auditentry e "  # noqa: S608 - constants
            f"LEFT JOIN erased x ON x.entry_id = e.id WHERE {hash_sql('e')} <> coalesce(x.content_hash, "
            "e.content_hash) ORDER BY id LIMIT %s",
            [MOST_PROBLEMS],
        )
        for pk, event, label in cursor.fetchall():
            result.problems.append(Problem("content", pk, f"{event} {label}: not what was written"))


_ERASED = """
WITH told AS (
  SELECT record_id, encode(sha256(convert_to(string_agg(
         entry_id || ':' || content_hash, ',' ORDER BY entry_id), 'UTF8')), 'hex') AS digest
    FROM audit_auditerasure GROUP BY record_id),
erased AS (
  SELECT DISTINCT ON (d.entry_id) d.entry_id, d.content_hash
    FROM audit_auditerasure d JOIN told t ON t.record_id = d.record_id
    JOIN audit_auditentry r ON r.id = d.record_id AND r.event = 'erased' AND r.detail ->> 'digest' = t.digest
   ORDER BY d.entry_id, d.id DESC)
"""
"""What erasures left of entries; only those that an entry of the chain itself vouches for count."""


def _check_unlinked(result: Verification) -> None:
    """Entries without a link: they wait for the sealer, or somebody slipped them in or took the link away."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT e.id, e.at, w.entry_id IS NOT NULL FROM audit_auditentry e "
            "LEFT JOIN audit_auditseal s ON s.entry_id = e.id "
            "LEFT JOIN audit_auditwaiting w ON w.entry_id = e.id "
            "WHERE s.entry_id IS NULL ORDER BY e.id LIMIT %s",
            [MOST_PROBLEMS],
        )
        for pk, at, waits in cursor.fetchall():
            if waits and at > timezone.now() - LATE:
                result.waiting += 1
            else:
                result.problems.append(Problem("unlinked", pk, "the entry was never linked into the chain"))


def _check_links(result: Verification, exported: dict[str, Any] | None) -> None:
    """Follow the chain from its beginning; the database hashes, so that millions of links take seconds."""
    with connection.cursor() as cursor:
        cursor.execute(_LINKS, [GENESIS, MOST_PROBLEMS])
        for sequence, entry_id, what, detail in cursor.fetchall():
            result.problems.append(Problem(what, entry_id or 0, f"link {sequence}: {detail}"))
        cursor.execute("SELECT count(*) FROM audit_auditseal")
        result.links = cursor.fetchone()[0]
        if exported:
            _check_head(cursor, result, exported)


_LINKS = """
WITH walk AS (
  SELECT s.sequence, s.entry_id, s.previous_hash, s.chain_hash, s.sealed_at, e.content_hash,
         lag(s.chain_hash, 1, %s) OVER w AS expected,
         coalesce(lag(s.sequence) OVER w, 0) AS before
    FROM audit_auditseal s LEFT JOIN audit_auditentry e ON e.id = s.entry_id
  WINDOW w AS (ORDER BY s.sequence)),
judged AS (
  SELECT sequence, entry_id,
         CASE WHEN content_hash IS NULL THEN 'gone'
              WHEN sequence <> before + 1 OR previous_hash <> expected THEN 'order'
              WHEN chain_hash <> encode(sha256(convert_to(concat_ws(':', previous_hash, sequence, entry_id,
                   content_hash, to_char(sealed_at AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS.US')
                   || '+00:00'), 'UTF8')), 'hex') THEN 'link' END AS what
    FROM walk)
SELECT sequence, entry_id, what,
       CASE what WHEN 'gone' THEN 'its entry was removed'
                 WHEN 'order' THEN 'it does not follow the one before it'
                 ELSE 'its hash is not that of its entry' END
  FROM judged WHERE what IS NOT NULL ORDER BY sequence LIMIT %s
"""


def _check_head(cursor: Any, result: Verification, exported: dict[str, Any]) -> None:
    cursor.execute("SELECT chain_hash FROM audit_auditseal WHERE sequence = %s", [exported["sequence"]])
    row = cursor.fetchone()
    if row is None or row[0] != exported["hash"]:
        text = f"link {exported['sequence']} is not the one that was exported"
        result.problems.append(Problem("head", int(exported.get("entry_id") or 0), text))
