"""Whether what was promised is there, once and whole: read from the database after the killing."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.models import Count

from apps.accounting.models import Invoice
from apps.company.models import Company
from apps.messaging.models import MailMessage, MailState
from apps.parties.models import Party
from apps.runtime.models import ENDED, Job, JobState, OutboxEvent
from apps.tenancy.models import Organisation
from tests.faults.trading_hall import Hall
from tests.kit.ledger import assert_balanced
from tests.kit.stock import assert_stock_equals_ledger
from tests.kit.subledger import assert_subledger_equals_control


@contextmanager
def inside(hall: Hall) -> Iterator[None]:
    """Django's connection to the hall's own database, inside acme."""
    before = dict(connection.settings_dict)
    state = hall.server.cluster.url("bahi_app")
    user, rest = state.removeprefix("postgres://").split("@")
    name, password = user.split(":")
    host, database = rest.split("/")
    place = {"HOST": host.split(":")[0], "PORT": host.split(":")[1]}
    connection.close()
    connection.settings_dict.update(NAME=database, USER=name, PASSWORD=password, **place)
    try:
        connection.set_tenant(Organisation.objects.get(slug="acme"))
        yield
    finally:
        connection.set_schema_to_public()
        connection.close()
        connection.settings_dict.update(before)


def waiting() -> dict[str, int]:
    """What is not delivered, sent or ended yet; empty once all is."""
    counts = {
        "events": OutboxEvent.objects.filter(done_at=None).count(),
        "mails": MailMessage.objects.exclude(state=MailState.SENT).count(),
        "jobs": Job.objects.exclude(state__in=ENDED).count(),
    }
    return {what: count for what, count in counts.items() if count}


def broken(hall: Hall) -> dict[str, list[str]]:
    """{check: what is wrong}; empty when every promise was kept."""
    found = {name: list(check(hall)) for name, check in CHECKS.items()}
    return {name: wrong for name, wrong in found.items() if wrong}


def _lost(hall: Hall) -> Iterator[str]:
    there = {i.pk: i for i in Invoice.objects.filter(pk__in=[sale.invoice for sale in hall.sales])}
    for sale in hall.sales:
        got = there.get(sale.invoice)
        if got is None or (got.status, got.number, got.po_reference) != ("posted", sale.number, sale.tag):
            yield f"{sale}: {got and (got.status, got.number, got.po_reference)}"


def _doubled(hall: Hall) -> Iterator[str]:
    times = Counter(Invoice.objects.filter(po_reference__in=hall.tags).values_list("po_reference", flat=True))
    yield from (f"{tag}: {count} documents" for tag, count in times.items() if count > 1)


def _half(_hall: Hall) -> Iterator[str]:
    for row in Invoice.objects.annotate(n=Count("lines")).exclude(n=5):
        yield f"{row} has {row.n} lines"
    posted = Invoice.objects.filter(status="posted")
    for row in posted.filter(journal_entry=None) | posted.filter(open_item=None):
        yield f"{row} is posted without entry or open item"
    for row in Invoice.objects.filter(status="draft").exclude(journal_entry=None):
        yield f"{row} is a draft with an entry"


def _gaps(_hall: Hall) -> Iterator[str]:
    numbers = Invoice.objects.exclude(number="").exclude(number=None).values_list("number", flat=True)
    taken = sorted(int(number.rsplit("/", 1)[1]) for number in numbers)
    if taken != list(range(1, len(taken) + 1)):
        yield f"{len(taken)} numbers up to {taken[-1]}"


def _mails(hall: Hall) -> Iterator[str]:
    kind = "accounting.invoice"
    times = Counter(MailMessage.objects.filter(target_kind=kind).values_list("target_id", flat=True))
    yield from (f"invoice {pk}: {count} mails" for pk, count in times.items() if count > 1)
    yield from (f"{sale}: no mail" for sale in hall.sales if sale.mailed and not times[sale.invoice])
    waiting = MailMessage.objects.exclude(state=MailState.SENT).count()
    if waiting:
        yield f"{waiting} mails not sent"


def _imports(hall: Hall) -> Iterator[str]:
    names = Party.objects.filter(display_name__startswith="Import ").values_list("display_name", flat=True)
    rows = Counter(name[:11] for name in names)
    for prefix, count in rows.items():
        if count != hall.imports.get(prefix, count) or count % 320:
            yield f"{prefix}: {count} rows"
    done = Job.objects.filter(state=JobState.DONE).count()
    if done != len(rows):
        yield f"{done} jobs done, {len(rows)} imports there"


def _events(_hall: Hall) -> Iterator[str]:
    waiting = OutboxEvent.objects.filter(done_at=None).count()
    if waiting:
        yield f"{waiting} events not delivered"


def _asserted(check: Callable[[], None]) -> Callable[[Hall], Iterator[str]]:
    def run(_hall: Hall) -> Iterator[str]:
        try:
            check()
        except AssertionError as error:
            yield str(error)[:500]

    return run


def _subledgers() -> None:
    for company in Company.objects.all():
        assert_subledger_equals_control(company)


CHECKS: dict[str, Callable[[Hall], Any]] = {
    "lost": _lost,
    "doubled": _doubled,
    "half": _half,
    "gaps": _gaps,
    "mails": _mails,
    "imports": _imports,
    "events": _events,
    "books": _asserted(assert_balanced),
    "stock": _asserted(assert_stock_equals_ledger),
    "subledger": _asserted(_subledgers),
}


def mails_on_disk(hall: Hall) -> Counter[str]:
    """{Message-ID: times}: how often each mail really left."""
    ids: Counter[str] = Counter()
    for path in (hall.server.data / "mail").glob("*"):
        for line in path.read_text(errors="replace").splitlines():
            if line.lower().startswith("message-id:"):
                ids[line.split(":", 1)[1].strip()] += 1
    assert settings.DATABASES
    return ids
