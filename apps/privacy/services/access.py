"""Everything that is held about a person, given out once: JSON to be read by programs, a page for people.

DPDP Act 2023 s.11(1): a summary of the personal data and of what is done with it.
"""

from __future__ import annotations

import io
import json
import zipfile
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils import timezone
from django.utils.translation import gettext as _

from apps.accounts.choices import AccessEvent
from apps.accounts.services.access_log import access_log_write
from apps.core.errors import NotFound
from apps.core.sealed_stream import FileDamaged
from apps.core.tenant import current_organisation
from apps.core.typed_settings import settings_of
from apps.documents.models import Attachment
from apps.files.services.storage import file_read
from apps.privacy.keeping import documents_kept
from apps.privacy.models import PersonalRequest, RequestState, RequestWhat
from apps.privacy.people import Person, columns_of, declared_about, model_of, rows_of

MOST_ROWS = 5_000
CONTACT = ("privacy.officer", "privacy.officer_email", "privacy.officer_phone")


def access_answer(person: Person, content: bytes) -> HttpResponse:
    """What ``access_make`` made, as a download whose name doesn't name the person."""
    answer = HttpResponse(content, content_type="application/zip")
    name = f"personal-data-{person.record.pk}-{timezone.localdate():%Y%m%d}.zip"
    answer["Content-Disposition"] = f'attachment; filename="{name}"'
    return answer


def access_make(person: Person, *, by: Any, reason: str = "", request: Any = None) -> bytes:
    """The ZIP with ``data.json``, ``data.html`` and the files on the person's record.

    Noted as a request and in the access log, without the person's name. Must run in a transaction.
    """
    tables = [_table(person, item) for item in declared_about(person)]
    data = {
        "organisation": current_organisation().name,
        "made": timezone.now().isoformat(),
        "person": person.key,
        "contact": settings_of(CONTACT),
        "tables": [table for table in tables if table["rows"]],
        "documents": [vars(item) for item in documents_kept(person)],
    }
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr(
            "data.json", json.dumps(data, cls=DjangoJSONEncoder, ensure_ascii=False, indent=1, default=str)
        )
        archive.writestr("data.html", render_to_string("privacy/access_export.html", data))
        files = _files_out(archive, person)
    counts = {table["kind"]: len(table["rows"]) for table in tables if table["rows"]}
    row = PersonalRequest.objects.create(
        what=RequestWhat.ACCESS,
        subject_kind=person.subject.kind,
        subject_id=person.record.pk,
        reason=reason[:200],
        asked_by_id=by.pk,
        state=RequestState.DONE,
        done_at=timezone.now(),
        result={"rows": counts, "files": files},
    )
    told = {"kind": "person", "person": person.key, "request": row.pk, "rows": sum(counts.values())}
    access_log_write(AccessEvent.EXPORT, request=request, user=by, detail=told)
    return out.getvalue()


def _table(person: Person, holding: Any) -> dict[str, Any]:
    model = model_of(holding.model)
    columns = columns_of(holding)
    rows = list(rows_of(holding, person.record.pk).order_by("pk").values_list(*columns)[: MOST_ROWS + 1])
    labels = [_label(model, name) for name in columns]
    return {
        "kind": holding.model,
        "title": str(model._meta.verbose_name_plural),
        "columns": columns,
        "labels": labels,
        "rows": [list(row) for row in rows[:MOST_ROWS]],
        "cut": len(rows) > MOST_ROWS,
    }


def _label(model: Any, name: str) -> str:
    field = next(f for f in model._meta.concrete_fields if name in (f.name, f.attname))
    return str(field.verbose_name)


def _files_out(archive: zipfile.ZipFile, person: Person) -> int:
    rows = Attachment.objects.filter(
        target_kind=person.subject.kind, target_id=person.record.pk, removed_at=None
    ).select_related("file")
    count = 0
    for row in rows:
        try:
            archive.writestr(f"files/{row.file_id}/{row.file.name}", file_read(row.file))
        except (NotFound, FileDamaged):
            archive.writestr(f"files/{row.file_id}/missing.txt", str(_("The file is not there any more.")))
        count += 1
    return count
