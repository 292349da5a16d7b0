"""The pages of personal data: find a person, see what is held, give it out, erase."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_POST

from apps.accounts.guarding import guarded
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.admin.urls import admin_url
from apps.core.errors import BahiError, NotFound
from apps.core.uow import run_in_unit_of_work
from apps.privacy.models import PersonalRequest
from apps.privacy.people import Person, people_find, person_get
from apps.privacy.permissions import ERASE, MANAGE
from apps.privacy.services.access import access_answer, access_make
from apps.privacy.services.erasing import erasure_ask, erasure_preview

SHOWN = 30


def page(request: HttpRequest) -> HttpResponse:
    """People of a name, address or number; below, what was given out and erased.

    Asked by POST, so that no log of addresses names a person (ASVS 14.2.1).
    """
    query = request.POST.get("q", "")[:100]
    people = people_find(query, request.user)
    context = {
        **admin_site.each_context(request),
        "title": _("Personal data"),
        "query": query,
        "people": [(person, str(person.record), _more(person)) for person in people],
        "requests": PersonalRequest.objects.all()[:SHOWN],
    }
    return TemplateResponse(request, "privacy/personal.html", context)


def _more(person: Person) -> str:
    subject = person.subject
    values = [getattr(person.record, name) for name in (*subject.emails, *subject.phones)]
    return ", ".join(value for value in values if value)


def person_page(request: HttpRequest, key: str) -> HttpResponse:
    """What is held of one person, and what erasing would do and leave."""
    person = _person(request, key)
    context = {
        **admin_site.each_context(request),
        "title": str(person.record),
        "person": person,
        "record_url": admin_url(person.record),
        "preview": erasure_preview(person),
        "may_erase": may(request.user, ERASE),
    }
    return TemplateResponse(request, "privacy/person.html", context)


def give(request: HttpRequest, key: str) -> HttpResponse:
    """Everything about the person as a ZIP, made now and kept nowhere."""
    person = _person(request, key)
    reason = request.POST.get("reason", "").strip()
    content = run_in_unit_of_work(
        lambda: access_make(person, by=request.user, reason=reason, request=request)
    )
    return access_answer(person, content)


def erase(request: HttpRequest, key: str) -> HttpResponse:
    """The person's name must be typed, as with deleting an organisation."""
    person = _person(request, key)
    if not person.is_named(request.POST.get("typed", "")):
        messages.error(request, _("Type the name exactly as it is shown."))
        return HttpResponseRedirect(reverse("person", args=[key]))
    reason = request.POST.get("reason", "").strip()
    try:
        run_in_unit_of_work(lambda: erasure_ask(person, by=request.user, reason=reason))
    except BahiError as error:
        messages.error(request, str(error.detail))
        return HttpResponseRedirect(reverse("person", args=[key]))
    messages.info(request, _("The person is being erased in the background."))
    return HttpResponseRedirect(reverse("personal_data"))


def _person(request: HttpRequest, key: str) -> Person:
    try:
        return person_get(key, request.user)
    except NotFound as error:
        raise Http404 from error


def page_urls() -> list[Any]:
    def view(function: Any, permission: str = MANAGE) -> Any:
        return guarded(never_cache(function), permission, app="privacy", proof=True)

    return [
        path("personal/", view(page), name="personal_data"),
        path("personal/<str:key>/", view(person_page), name="person"),
        path("personal/<str:key>/give/", view(require_POST(give)), name="person_give"),
        path("personal/<str:key>/erase/", view(require_POST(erase), ERASE), name="person_erase"),
    ]


register_page(
    "privacy", "personal_data", gettext_lazy("Personal data"), icon="shield_person", permission=MANAGE
)
