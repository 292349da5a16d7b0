"""Comments, files, timeline and related documents of any record: whoever may see the record sees them."""

from __future__ import annotations

import hashlib
from typing import Any

from django.db.models import Q
from django.urls import path
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.viewsets import ViewSet

from apps.core.api.paging import page_number, paginate
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.serializers import known_fields
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotFound
from apps.core.registry import KindRef
from apps.core.scope import kind_of
from apps.documents.models import Attachment, Comment, DocumentLink
from apps.documents.selectors import records_titles, target_find, target_text
from apps.documents.services.attachments import (
    attachment_add,
    attachment_check,
    attachment_remove,
    attachment_twins,
    may_attach,
)
from apps.documents.services.comments import (
    comment_add,
    comment_change,
    comment_remove,
    may_publish,
    mentionable,
)
from apps.documents.stream import GROUPS, stream_page
from apps.files.selectors import file_url

PARAMS = {"target", "page", "per_page", "cursor", "count"}


class RecordView(ViewSet):
    """Base: everything hangs on the record that ``target`` names."""

    bahi_app = "documents"

    def target(self, request: Any, known: set[str]) -> Any:
        unknown = sorted(set(request.query_params) - known)
        if unknown:
            raise InvalidInput(_("Unknown filter."), field=unknown[0], code="unknown")
        return target_find(request.query_params.get("target"), request.user)

    def rows_of(self, record: Any, model: Any) -> Any:
        return model.objects.filter(target_kind=kind_of(record), target_id=record.pk, removed_at=None)

    def found(self, request: Any, model: Any, pk: int) -> tuple[Any, Any]:
        """A row and its record; 404 when the record is hidden."""
        row = model.objects.filter(pk=pk, removed_at=None).first()
        record = KindRef(row.target_kind, row.target_id).get(request.user) if row else None
        if record is None:
            raise NotFound(_("Not found."))
        return row, record


class CommentsApi(RecordView):
    def list(self, request: Any) -> Response:
        record = self.target(request, PARAMS)
        page = paginate(
            self.rows_of(record, Comment).select_related("author").order_by("-pk"), request, ["-pk"]
        )
        return Response(
            envelope([comment_data(row, request.user) for row in page.rows], pagination=page.pagination)
        )

    def create(self, request: Any) -> Response:
        body = known_fields(request.data, {"target", "text", "public"})
        record = target_find(body.get("target"), request.user)
        public = body.get("public", False)
        if not isinstance(public, bool):
            raise InvalidInput(_("Must be true or false."), field="public")
        if public and not may_publish(type(record)):
            raise InvalidInput(_("No customer or vendor sees records of this kind."), field="public")

        def work() -> tuple[int, Any, str]:
            row = comment_add(record, text=body.get("text"), by=request.user, public=public)
            return 201, comment_data(row, request.user), _("Comment added.")

        return api_write(request, work)

    def change(self, request: Any, pk: int) -> Response:
        body = known_fields(request.data, {"text"})
        row, record = self.found(request, Comment, pk)

        def work() -> tuple[int, Any, str]:
            changed = comment_change(row, text=body.get("text"), record=record, by=request.user)
            return 200, comment_data(changed, request.user), _("Saved.")

        return api_write(request, work)

    def destroy(self, request: Any, pk: int) -> Response:
        row, _record = self.found(request, Comment, pk)

        def work() -> tuple[int, Any, str]:
            comment_remove(row, by=request.user)
            return 200, {"id": pk}, _("Deleted.")

        return api_write(request, work)


def comment_data(row: Comment, user: Any) -> dict[str, Any]:
    return {
        "id": row.pk,
        "target": f"{row.target_kind}:{row.target_id}",
        "text": row.text,
        "public": row.public,
        "author": row.author_id,
        "author_label": str(row.author),
        "mine": row.author_id == user.pk,
        "created_at": iso_time(row.created_at),
        "edited_at": iso_time(row.edited_at),
    }


class AttachmentsApi(RecordView):
    def list(self, request: Any) -> Response:
        record = self.target(request, PARAMS)
        rows = self.rows_of(record, Attachment).select_related("file", "added_by").order_by("-pk")
        page = paginate(rows, request, ["-pk"])
        removable = may_attach(record, request.user)
        return Response(
            envelope([attachment_data(row, removable) for row in page.rows], pagination=page.pagination)
        )

    def create(self, request: Any) -> Response:
        body = known_fields(request.data, {"target", "file"})
        record = target_find(body.get("target"), request.user)
        uploaded = request.FILES.get("file")
        request._request.bahi_raw_body = _fingerprint(record, uploaded)
        attachment_check(record, uploaded=uploaded, by=request.user)

        def work() -> tuple[int, Any, str]:
            row = attachment_add(record, uploaded=uploaded, by=request.user)
            twins = attachment_twins(row, request.user)
            return 201, {**attachment_data(row, True), "twins": twins}, _("File added.")

        return api_write(request, work)

    def destroy(self, request: Any, pk: int) -> Response:
        row, record = self.found(request, Attachment, pk)

        def work() -> tuple[int, Any, str]:
            attachment_remove(row, record=record, by=request.user)
            return 200, {"id": pk}, _("File removed.")

        return api_write(request, work)


def _fingerprint(record: Any, uploaded: Any) -> bytes:
    """Stands for the multipart body in an idempotent POST: its parts' order and boundary don't matter."""
    digest = hashlib.sha256(target_text(record).encode())
    if uploaded is not None:
        digest.update((uploaded.name or "").encode())
        for chunk in uploaded.chunks():
            digest.update(chunk)
        uploaded.seek(0)
    return digest.digest()


def attachment_data(row: Attachment, removable: bool) -> dict[str, Any]:
    return {
        "id": row.pk,
        "target": f"{row.target_kind}:{row.target_id}",
        "file": row.file_id,
        "name": row.file.name,
        "content_type": row.file.content_type,
        "size": row.file.size,
        "sha256": row.file.sha256,
        "url": file_url(row.file),
        "added_by": row.added_by_id,
        "added_by_label": str(row.added_by or ""),
        "removable": removable,
        "created_at": iso_time(row.created_at),
    }


class TimelineApi(RecordView):
    """``?target=&before=``: what happened, newest first; ``next`` leads on. ``show=comments,files`` gives
    only these of changes, comments, files and mails."""

    def list(self, request: Any) -> Response:
        record = self.target(request, {"target", "before", "per_page", "show"})
        limit = page_number(request.query_params, "per_page", 25, 200)
        entries = stream_page(
            record, request.user, before=_moment(request), limit=limit, groups=_groups(request)
        )
        more, entries = len(entries) > limit, entries[:limit]
        following = None
        if more:
            params = request.query_params.copy()
            params["before"] = entries[-1].at.isoformat()
            following = f"{request.path}?{params.urlencode()}"
        pagination: dict[str, Any] = {"page": None, "per_page": limit, "total": None, "pages": None}
        pagination |= {"next": following, "previous": None}
        return Response(envelope([entry.as_dict() for entry in entries], pagination=pagination))


def _groups(request: Any) -> list[str]:
    asked = [name.strip() for name in request.query_params.get("show", "").split(",") if name.strip()]
    if set(asked) - set(GROUPS):
        raise InvalidInput(
            _("Must be one of: %(l)s.") % {"l": ", ".join(GROUPS)}, field="show", code="invalid_choice"
        )
    return asked or list(GROUPS)


class MentionsApi(RecordView):
    """``?target=&q=``: people who work here, for a comment to name. Whoever may not see the record
    (``sees``) hears nothing of it."""

    def list(self, request: Any) -> Response:
        record = self.target(request, {"target", "q"})
        return Response(envelope(mentionable(record, request.query_params.get("q", ""))))


def _moment(request: Any) -> Any:
    raw = request.query_params.get("before")
    if not raw:
        return None
    try:
        moment = parse_datetime(raw)
    except ValueError:
        moment = None
    if moment is None or moment.tzinfo is None:
        raise InvalidInput(_("Must be a time such as 2026-11-21T10:00:00Z."), field="before")
    return moment


class LinksApi(RecordView):
    """Documents that this one came of, and those that came of it; hidden ones are left out."""

    def list(self, request: Any) -> Response:
        record = self.target(request, {"target", "per_page"})
        return Response(envelope(document_links(record, request.user)))


def document_links(record: Any, user: Any) -> list[dict[str, Any]]:
    """Both directions: ``direction`` is source (this came of it) or made (it came of this)."""
    kind, pk = kind_of(record), record.pk
    here = Q(source_kind=kind, source_id=pk) | Q(target_kind=kind, target_id=pk)
    found = []
    for link in DocumentLink.objects.filter(here).order_by("pk")[:500]:
        is_source = (link.target_kind, link.target_id) == (kind, pk)
        other = (link.source_kind, link.source_id) if is_source else (link.target_kind, link.target_id)
        found.append((other, "source" if is_source else "made", link.relation))
    titles = records_titles({other for other, _direction, _relation in found}, user)
    return [
        {**titles[other], "direction": direction, "relation": relation}
        for other, direction, relation in found
        if other in titles
    ]


def _both(name: str, view: Any, detail: dict[str, str], writes: bool = True) -> list[Any]:
    listing = {"get": "list", "post": "create"} if writes else {"get": "list"}
    routes = [path(f"documents/{name}/", view.as_view(listing), name=f"documents_{name}")]
    if detail:
        routes.append(path(f"documents/{name}/<int:pk>/", view.as_view(detail), name=f"documents_{name}_one"))
    return routes


register_routes(
    [
        *_both("comments", CommentsApi, {"patch": "change", "delete": "destroy"}),
        *_both("attachments", AttachmentsApi, {"delete": "destroy"}),
        *_both("timeline", TimelineApi, {}, writes=False),
        *_both("mentions", MentionsApi, {}, writes=False),
        *_both("links", LinksApi, {}, writes=False),
    ]
)
