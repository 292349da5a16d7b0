"""The page on which an administrator removes the demo."""

from __future__ import annotations

from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _

from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.tenant import current_organisation
from apps.demo.services.removal import PERMISSION, demo_removal_ask, is_demo_here


def remove(request: HttpRequest) -> HttpResponse:
    """What goes, and the name to type; after that the address shows the progress of the removal."""
    if not may(request.user, PERMISSION):
        raise PermissionDenied
    if not is_demo_here():
        raise Http404
    errors: dict[str, str] = {}
    if request.method == "POST":
        try:
            demo_removal_ask(typed=request.POST.get("confirm", ""), by=request.user)
        except BahiError as error:
            errors = {item.field or "confirm": item.detail for item in error.errors}
        else:
            return HttpResponseRedirect("/")
    context: dict[str, Any] = {
        **admin_site.each_context(request),
        "title": _("Remove the demo"),
        "name": current_organisation().name,
        "typed": request.POST.get("confirm", ""),
        "error": errors.get("confirm", ""),
    }
    return TemplateResponse(request, "demo/remove.html", context, status=422 if errors else 200)


def _may_remove(user: Any) -> bool:
    return is_demo_here() and may(user, PERMISSION)


register_page(
    "accounts",
    "demo_remove",
    _("Remove the demo"),
    icon="delete_forever",
    permission=PERMISSION,
    allowed=_may_remove,
)
