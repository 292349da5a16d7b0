"""The operator's page that verifies the platform's own trail."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from apps.audit.services.chain import chain_head
from apps.audit.services.heads import head_exported
from apps.audit.tasks import SHOWN, verify_in_snapshot
from apps.core.platform_log import platform_log
from apps.platform.admin.site import platform_site


def trail_page(request: HttpRequest) -> HttpResponse:
    """The heads inside and outside of the database; POST verifies every entry and link at once."""
    found = None
    if request.method == "POST":
        found = verify_in_snapshot()
        platform_log("trail_verified", entries=found.entries, problems=len(found.problems))
    context = {
        **platform_site.each_context(request),
        "title": _("Verification of the platform's trail"),
        "head": chain_head(),
        "exported": head_exported("audit"),
        "found": found,
        "shown": found.problems[:SHOWN] if found else [],
    }
    return render(request, "platform/admin/trail.html", context)
