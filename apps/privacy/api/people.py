"""API of personal data: find a person, see what is held, give it out, erase; with a fresh proof."""

from __future__ import annotations

from typing import Any

from django.http import HttpResponse
from django.urls import path
from django.utils.translation import gettext as _
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.api.confirming import confirmed_or_refuse
from apps.core.access import may
from apps.core.api.rendering import envelope
from apps.core.api.representation import iso_time
from apps.core.api.routes import register_routes
from apps.core.api.transaction import api_write
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.uow import run_in_unit_of_work
from apps.privacy.models import PersonalRequest
from apps.privacy.people import Person, people_find, person_get
from apps.privacy.permissions import ERASE, MANAGE
from apps.privacy.services.access import access_answer, access_make
from apps.privacy.services.erasing import erasure_ask, erasure_preview

SHOWN = 100


class _PeopleView(APIView):
    """``permission`` and a proof of a short while ago are asked before anything is read."""

    bahi_app = "privacy"
    permission = MANAGE

    def initial(self, request: Any, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        if not may(request.user, self.permission):
            raise NotAllowed(_("You may not do this."))
        confirmed_or_refuse(request)


class PeopleSearchView(_PeopleView):
    """``POST {"q": …}``: people of a name, address or number. By POST: no log of addresses names a person."""

    def post(self, request: Any) -> Response:
        query = _text(request, "q")
        if len(query) < 2:
            raise InvalidInput(_("Give two letters at least."), field="q", code="short")
        return Response(envelope([_head(person) for person in people_find(query[:100], request.user)]))


class PersonView(_PeopleView):
    """What is held of one person ``<kind>:<id>``, and what erasing would do and leave."""

    def get(self, request: Any, key: str) -> Response:
        person = person_get(key, request.user)
        preview = erasure_preview(person)
        found = {
            **_head(person),
            "hindrances": preview.hindrances,
            "held": [{"what": what, "rows": n, "removed": gone} for what, n, gone in preview.rows],
            "kept": [
                {"what": item.title, "documents": item.count, "until": item.until} for item in preview.kept
            ],
            "kept_why": preview.why,
            "shared_names": preview.shared,
        }
        return Response(envelope(found))


class PersonGiveView(_PeopleView):
    """Everything about the person as a ZIP; ``reason``: how he asked for it."""

    def post(self, request: Any, key: str) -> HttpResponse:
        person, reason = person_get(key, request.user), _text(request, "reason")
        content = run_in_unit_of_work(
            lambda: access_make(person, by=request.user, reason=reason, request=request._request)
        )
        return access_answer(person, content)


class PersonEraseView(_PeopleView):
    """``{"name": …, "reason": …}``: the name as it is shown. Done in the background (202)."""

    permission, answers_later = ERASE, True

    def post(self, request: Any, key: str) -> Response:
        person = person_get(key, request.user)
        typed, reason = _text(request, "name"), _text(request, "reason")
        if not person.is_named(typed):
            raise InvalidInput(_("Type the name exactly as it is shown."), field="name", code="mismatch")

        def work() -> tuple[int, Any, str]:
            row = erasure_ask(person, by=request.user, reason=reason)
            return 202, _request(row), _("The person is being erased in the background.")

        return api_write(request, work)


class RequestsView(_PeopleView):
    """What was given out or erased lately, newest first."""

    def get(self, request: Any) -> Response:
        return Response(envelope([_request(row) for row in PersonalRequest.objects.all()[:SHOWN]]))


def _text(request: Any, name: str) -> str:
    value = request.data.get(name, "")
    if not isinstance(value, str):
        raise InvalidInput(_("Must be text."), field=name)
    return value.strip()


def _head(person: Person) -> dict[str, Any]:
    return {"key": person.key, "kind": str(person.subject.title), "name": str(person.record)}


def _request(row: PersonalRequest) -> dict[str, Any]:
    return {
        "id": row.pk,
        "what": row.what,
        "state": row.state,
        "person": f"{row.subject_kind}:{row.subject_id}",
        "pseudonym": row.pseudonym,
        "reason": row.reason,
        "error": row.error,
        "rows": row.result.get("rows", {}),
        "kept_until": row.kept_until,
        "asked_at": iso_time(row.asked_at),
        "done_at": iso_time(row.done_at),
    }


register_routes(
    [
        path("privacy/people/search/", PeopleSearchView.as_view(), name="privacy_people_search"),
        path("privacy/people/<str:key>/", PersonView.as_view(), name="privacy_person"),
        path("privacy/people/<str:key>/give/", PersonGiveView.as_view(), name="privacy_person_give"),
        path("privacy/people/<str:key>/erase/", PersonEraseView.as_view(), name="privacy_person_erase"),
        path("privacy/requests/", RequestsView.as_view(), name="privacy_requests"),
    ]
)
