"""Erasing a person: his records get a pseudonym, what was only about him goes, texts no longer name him.

DPDP Act 2023 s.12(3) and s.8(7): erased, unless a law asks for keeping; what the books hold stays
(``keeping``).
Done by the owner's process in one transaction, since logs are closed to everybody else.
"""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import Refused
from apps.core.locks import lock_row
from apps.core.models.history import HistoryRow
from apps.core.personal import (
    BLANK,
    EMAIL,
    EMPTY,
    NAME,
    Erasure,
    Holding,
    book_kinds,
    books,
    erasure_hindrances,
    subjects,
    trails,
)
from apps.core.sweeping import schema_sweep
from apps.core.tenant import current_organisation, current_schema, organisation_context
from apps.core.triggers import ERASING
from apps.documents.models import Attachment
from apps.files.services.storage import file_release
from apps.messaging.models import MailAttachment, MailMessage
from apps.privacy.keeping import Kept, documents_kept
from apps.privacy.models import PersonalRequest, RequestState, RequestWhat
from apps.privacy.people import Person, born_at, declared_about, model_of, rows_of, traces_of
from apps.privacy.services.retention import access_log_remove
from apps.tenancy.models import OrganisationJob
from apps.tenancy.services.erasures import erasure_note
from apps.tenancy.services.owner_jobs import erasure_start

USER = "accounts.user"
RETENTION = "retention"
_UNTOUCHED = {
    "audit_auditentry",
    "audit_auditseal",
    "audit_auditerasure",
    "django_migrations",
    "files_filekey",
}


@dataclass(frozen=True)
class Preview:
    """What an erasure would do. hindrances: why it can't be done yet; rows: (what, how many, removed);
    shared: names that others have too, which stay in texts; kept: documents that stay, and why."""

    hindrances: list[str]
    rows: list[tuple[str, int, bool]]
    shared: tuple[str, ...]
    kept: list[Kept]
    why: list[str] = field(default_factory=list)

    @property
    def until(self) -> date | None:
        return max((item.until for item in self.kept if item.until), default=None)


def erasure_preview(person: Person) -> Preview:
    """What would be changed, kept and why; nothing is changed."""
    kept = documents_kept(person)
    hindrances = erasure_hindrances(person.subject.kind, person.record.pk)
    drafts = sum(item.drafts for item in kept)
    if drafts:
        hindrances.append(_("%(n)d drafts are open: finish or delete them.") % {"n": drafts})
    if is_erased(person):
        hindrances.append(_("This person was erased already."))
    rows = []
    for holding in declared_about(person):
        count = rows_of(holding, person.record.pk).count()
        if count:
            title = str(model_of(holding.model)._meta.verbose_name_plural)
            rows.append((title, count, holding.removed))
    shared = traces_of(person, pseudonym="", email="").shared
    return Preview(hindrances, rows, shared, kept, [str(item.why) for item in books()])


def is_erased(person: Person) -> bool:
    return PersonalRequest.objects.filter(
        what=RequestWhat.ERASURE,
        state=RequestState.DONE,
        subject_kind=person.subject.kind,
        subject_id=person.record.pk,
    ).exists()


def erasure_ask(person: Person, *, by: Any, reason: str = "") -> PersonalRequest:
    """Note the request and have it done. Raises Refused with the reasons why not. In a transaction."""
    preview = erasure_preview(person)
    hindrances = list(preview.hindrances)
    if by is not None and person.subject.kind == USER and person.record.pk == by.pk:
        hindrances.append(_("You can't erase yourself."))
    if hindrances:
        raise Refused(" ".join(hindrances), code="not_erasable")
    found = {"subject_kind": person.subject.kind, "subject_id": person.record.pk}
    if PersonalRequest.objects.filter(**found, what=RequestWhat.ERASURE, state=RequestState.WAITING).exists():
        raise Refused(_("This is being done already."), code="running")
    row = PersonalRequest.objects.create(
        **found,
        what=RequestWhat.ERASURE,
        reason=reason[:200],
        asked_by_id=getattr(by, "pk", None),
        kept_until=preview.until,
    )
    erasure_start(current_organisation(), str(row.pk))
    return row


def work_run(job: OrganisationJob, progress: Callable[[str], None]) -> None:
    """The owner's work: an erasure, or removing log rows past their keeping. Runs again after a crash."""
    if job.organisation is None:
        return
    schema = job.organisation.schema_name
    if job.source == RETENTION:
        with organisation_context(schema):
            access_log_remove()
        return
    with organisation_context(schema):
        request = PersonalRequest.objects.get(pk=int(job.source))
        if request.state == RequestState.DONE:
            return
        progress("Erasing")
        erasure_do(request)


def erasure_do(request: PersonalRequest) -> None:
    """Erase as asked, all or nothing; a refusal is kept with the request and raised. Owner's connection."""
    try:
        with transaction.atomic():
            _erase(request)
    except Exception as error:
        detail = str(getattr(error, "detail", "") or type(error).__name__)[:300]
        PersonalRequest.objects.filter(pk=request.pk).update(state=RequestState.FAILED, error=detail)
        raise


def _erase(request: PersonalRequest) -> None:
    """All of it in the caller's transaction."""
    person = _locked(request)
    hindrances = erasure_preview(person).hindrances
    if hindrances:
        raise Refused(" ".join(hindrances), code="not_erasable")
    erasure = _erasure_of(request, person)
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config(%s, %s, true)", [ERASING, str(request.pk)])
    done: dict[str, int] = {}
    for holding in sorted(declared_about(person), key=lambda item: item.path == "pk"):
        done[holding.model] = done.get(holding.model, 0) + _holding_erase(holding, erasure)
    _history_labels(erasure)
    if erasure.patterns:
        _mails_bare(person)
        done |= schema_sweep(current_schema(), erasure.patterns, without=_untouched())
    done["audit.auditentry"] = sum(function(erasure) for function in trails())
    request.pseudonym, request.state = erasure.pseudonym, RequestState.DONE
    request.result, request.done_at = {"rows": {name: n for name, n in done.items() if n}}, timezone.now()
    request.save()
    erasure_note(person.subject.kind, person.record.pk, born_at(person.subject, person.record))
    told = {"request": request.pk, "person": person.key}
    access_log_write(AccessEvent.PERSON_ERASED, detail=told, label=erasure.by)


def _locked(request: PersonalRequest) -> Person:
    subject = subjects()[request.subject_kind]
    return Person(subject, lock_row(model_of(request.subject_kind), request.subject_id))


def _erasure_of(request: PersonalRequest, person: Person) -> Erasure:
    pseudonym = _("Erased person %(n)s") % {"n": f"{request.pk:04d}"}
    email = f"erased-{request.pk:04d}@erased.invalid"
    traces = traces_of(person, pseudonym=pseudonym, email=email)
    asked = apps.get_model(USER)._base_manager.filter(pk=request.asked_by_id).first()
    return Erasure(
        request.pk,
        person.subject.kind,
        person.record.pk,
        pseudonym,
        email,
        traces.patterns,
        f"{asked.name} <{asked.email}>" if asked else "",
        _removed_of(person),
    )


def _removed_of(person: Person) -> dict[str, frozenset[int]]:
    """{kind: ids} of the rows that have a history and go; somebody may have deleted some of them before."""
    found: dict[str, frozenset[int]] = {}
    for holding in declared_about(person):
        model: Any = model_of(holding.model)
        past = getattr(model, "history", None)
        if holding.removed and past is not None:
            rows = rows_of(holding, person.record.pk).values_list("pk", flat=True)
            before = past.filter(**holding.rows(person.record.pk)).values_list(model._meta.pk.name, flat=True)
            found[holding.model] = found.get(holding.model, frozenset()) | {*rows, *before}
    return found


def _holding_erase(holding: Holding, erasure: Erasure) -> int:
    """Pseudonymise or remove the rows of one declaration, and what their history says."""
    model: Any = model_of(holding.model)
    if holding.model == "audit.auditentry":
        return 0  # by its own way, last
    rows = rows_of(holding, erasure.pk)
    if holding.removed:
        return _rows_remove(model, rows, erasure.removed.get(holding.model, frozenset()))
    values = {
        name: put
        for name, rule in holding.fields.items()
        if (put := _put(model, name, rule, erasure)) is not None
    }
    if holding.path == "pk":
        values |= subjects()[erasure.subject].switch()
        if _has(model, "version"):
            values["version"] = models.F("version") + 1
    count = models.QuerySet.update(rows, **values) if values else 0
    past = getattr(model, "history", None)
    if past is not None and holding.path == "pk":
        kept = {
            name: value for name, value in values.items() if name in holding.fields and _has(past.model, name)
        }
        models.QuerySet.update(past.filter(**{model._meta.pk.name: erasure.pk}), **kept)
    return count


def _rows_remove(model: Any, rows: Any, with_history: Collection[int]) -> int:
    files = list(rows.values_list("file_id", flat=True)) if model is Attachment else []
    count, _each = rows.delete()
    if with_history:  # which says of the deletion too what stood there
        model.history.filter(**{f"{model._meta.pk.name}__in": with_history}).delete()
    for pk in files:
        file_release(pk)
    return count


def _put(model: Any, name: str, rule: str, erasure: Erasure) -> Any:
    """What a column gets; None when only the sweep of texts touches it."""
    column = model._meta.get_field(name)
    if rule == NAME:
        text = erasure.pseudonym.lower() if name == "search_text" else erasure.pseudonym
        return text[: column.max_length] if column.max_length else text
    if rule == EMAIL:
        return erasure.email
    if rule == EMPTY:
        return [] if isinstance(column, ArrayField) else type(column.get_default())()
    return "" if rule == BLANK else None


def _has(model: Any, name: str) -> bool:
    return name in {column.name for column in model._meta.concrete_fields}


def _history_labels(erasure: Erasure) -> None:
    """His name as the one who changed something, in the readable history of all but books."""
    if erasure.subject != USER:
        return
    kept = {*book_kinds()}
    for model in apps.get_models():
        if issubclass(model, HistoryRow) and model.instance_type._meta.label_lower not in kept:
            rows = model._base_manager.filter(history_user_id=erasure.pk)
            models.QuerySet.update(rows, actor_label=erasure.pseudonym)


def _mails_bare(person: Person) -> None:
    """Mails that went to this person alone lose what was attached."""
    addresses = person.values(person.subject.emails)
    mails = MailMessage.objects.filter(to__len=1, cc__len=0)
    ids = [pk for pk, to in mails.filter(to__overlap=addresses).values_list("pk", "to")] if addresses else []
    attached = MailAttachment.objects.filter(message_id__in=ids)
    files = sorted(set(attached.values_list("file_id", flat=True)))
    attached.delete()
    for pk in files:
        file_release(pk)


def _untouched() -> set[str]:
    """Tables of books and what must stay as it was written."""
    labels = {label for item in books() for label in item.apps}
    every = apps.get_models(include_auto_created=True)
    tables = {model._meta.db_table for model in every if model._meta.app_label in labels}
    return tables | {model_of(kind)._meta.db_table for kind in book_kinds()} | _UNTOUCHED
