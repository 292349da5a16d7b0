"""What every page of the portal begins with: who is here, in which time zone, what is open to him."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.cache import never_cache

from apps.core.errors import NotFound
from apps.core.surfaces import PORTAL
from apps.customer_portal.selectors import Visit, visit_of

View = Callable[..., HttpResponse]


def portal_page(view: View) -> View:
    """Decorator: signed in, a person of a customer or vendor, ``view(request, visit, …)``. 404 without a
    firm; people who work here are led to their own home page."""

    @wraps(view)
    def wrapper(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        user: Any = request.user
        if not user.is_portal:
            return redirect("/")
        try:
            visit = visit_of(user)
            request.bahi_visit = visit  # type: ignore[attr-defined]  # the frame's menu reads it
            return view(request, visit, *args, **kwargs)
        except NotFound as error:
            raise Http404("not open to this person") from error

    page = never_cache(login_required(wrapper))
    page.declared = PORTAL  # type: ignore[attr-defined]  # read by core.surfaces
    return page


def menu_of(visit: Visit) -> list[dict[str, Any]]:
    """The menu of the frame: key, title, address."""
    from django.urls import reverse
    from django.utils.translation import gettext as _

    items = [{"key": "home", "title": _("Home"), "url": reverse("portal_home")}]
    items += [
        {"key": s.key, "title": str(s.title), "url": reverse("portal_section", args=[s.key])}
        for s in visit.sections
    ]
    if visit.account is not None:
        items.append({"key": "statement", "title": _("Statement"), "url": reverse("portal_statement")})
    if visit.whole:
        items.append({"key": "people", "title": _("People"), "url": reverse("portal_people")})
    return items
