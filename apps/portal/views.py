"""The home page of everybody, and the small choices that people make about their workplace."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from apps.core.admin.menu import navigation
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.portal.checklist import checklist_of
from apps.portal.counters import counters_for
from apps.portal.favourites import favourite_toggle
from apps.portal.quick import quick_choices, quick_strip
from apps.portal.role_pages import open_to, places_of
from apps.portal.services.strips import quick_create_choose


@login_required
def home(request: HttpRequest) -> HttpResponse:
    """Quick create, what needs attention, and the modules that the user may use."""
    user: Any = request.user
    choices = quick_choices(user) if user.is_staff else {}
    figures = counters_for(user) if user.is_staff else {}
    groups = navigation(request) if user.is_staff else []
    for group in groups:
        group["figures"] = figures.get(group.get("app", ""), [])
    source, strip = quick_strip(user, choices)
    modules = [group for group in groups if group.get("app")]
    context = {
        "groups": modules,
        # pages that everybody has are no role
        "granted": any(user.access.has_module(group["app"]) for group in modules),
        "favourites": next((group["items"] for group in groups if not group.get("app")), []),
        "strip": strip,
        "choices": list(choices.values()),
        "places": places_of([item["key"] for item in strip]),
        "strip_from": source,
        "gives_strips": open_to(user),
        "checklist": checklist_of(user),
    }
    return render(request, "portal/home.html", context)


@login_required
def checklist_part(request: HttpRequest) -> HttpResponse:
    """The set-up checklist alone, for the home page to fetch again."""
    return render(request, "portal/checklist.html", {"checklist": checklist_of(request.user)})


@login_required
@require_POST
def quick_create(request: HttpRequest) -> HttpResponse:
    """Keep the four places of the strip, sent as ``key`` once for each place; ``reset`` gives them up."""
    user: Any = request.user
    keys = [] if "reset" in request.POST else request.POST.getlist("key")
    choices = quick_choices(user)
    try:
        run_in_unit_of_work(lambda: quick_create_choose(user, keys, choices=choices, by=user))
    except BahiError as error:
        for item in error.errors:
            messages.error(request, str(item.detail))
    else:
        messages.success(request, _("Your quick-create strip is kept."))
    return redirect("home")


@login_required
@require_POST
def favourite(request: HttpRequest) -> HttpResponse:
    """Pin a page to the top of the menu, or take it off; a script gets JSON."""
    user: Any = request.user
    path, title = request.POST.get("path", ""), request.POST.get("title", "")
    by_script = request.headers.get("Accept") == "application/json"
    try:
        pinned = run_in_unit_of_work(lambda: favourite_toggle(user, path, title, by=user))
    except BahiError as error:
        if by_script:
            return JsonResponse({"detail": str(error.detail)}, status=422)
        messages.error(request, str(error.detail))
        return redirect("home")
    return JsonResponse({"pinned": pinned}) if by_script else redirect(path)
