"""The operator's page of all backups: what there is, and restoring one as a new organisation."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.accounts.services.sessions import lately_confirmed
from apps.backup.services.restore_jobs import backup_gone, backup_remove, backups_everywhere, restore_ask
from apps.backup.targets import Stored
from apps.core.errors import BahiError
from apps.platform.admin.site import platform_site, proof_first
from apps.tenancy.choices import JobWork
from apps.tenancy.models import OrganisationJob
from apps.tenancy.models.job import OPEN

LATEST = 10
LOOK_AGAIN = "3"  # seconds, while something is being restored


def backups_page(request: HttpRequest) -> HttpResponse:
    if request.method == "POST":
        if (first := proof_first(request, reverse("platform:backups"))) is not None:
            return first
        work = _remove if request.POST.get("verb") == "remove" else _restore
        if work(request):
            return HttpResponseRedirect(reverse("platform:backups"))
    jobs = list(OrganisationJob.objects.filter(work=JobWork.RESTORE).select_related("organisation")[:LATEST])
    context = {
        **platform_site.each_context(request),
        "title": _("Backups"),
        "backups": _shown(),
        "jobs": jobs,
        "proved": lately_confirmed(request),
        "asked": {"name": request.POST.get("name", ""), "slug": request.POST.get("slug", "")},
    }
    answer = render(request, "platform/admin/backups.html", context)
    if request.method == "GET" and any(job.state in OPEN for job in jobs):
        answer["Refresh"] = LOOK_AGAIN
    return answer


def _shown() -> list[tuple[Stored, bool]]:
    """Every backup, and whether its organisation is gone: those alone may be removed here."""
    found = backups_everywhere()
    gone = {item.slug: backup_gone(item) for item in found}
    return [(item, gone[item.slug]) for item in found]


def _remove(request: HttpRequest) -> bool:
    try:
        backup_remove(request.POST.get("name", ""))
    except BahiError as error:
        messages.error(request, error.detail)
        return False
    messages.success(request, _("Removed."))
    return True


def _restore(request: HttpRequest) -> bool:
    name, slug = request.POST.get("name", ""), request.POST.get("slug", "")
    try:
        job = restore_ask(name=name, slug=slug)
    except BahiError as error:
        for item in error.errors:
            messages.error(request, item.detail)
        return False
    messages.success(request, _("The worker restores it as %(slug)s.") % {"slug": job.slug})
    return True
