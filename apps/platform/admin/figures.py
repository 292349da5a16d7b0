"""The operator's page of one organisation's counts over days: the platform's dashboard, for one."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _

from apps.platform.admin.site import platform_site
from apps.platform.selectors import FIGURE_SPANS, figures_over
from apps.tenancy.models import Organisation


def figures_page(request: HttpRequest, pk: int) -> HttpResponse:
    """Growth, sessions, jobs and errors of the last 30, 90 or 365 days; counts only."""
    organisation = get_object_or_404(Organisation, pk=pk)
    asked = request.GET.get("days", "")
    days = next((span for span in FIGURE_SPANS if str(span) == asked), FIGURE_SPANS[0])
    context = {
        **platform_site.each_context(request),
        "title": _("Figures of %(name)s") % {"name": organisation.name},
        "row": organisation,
        "span": days,
        "spans": FIGURE_SPANS,
        **figures_over(organisation, days),
    }
    return render(request, "platform/admin/figures.html", context)
