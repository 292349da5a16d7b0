"""The organisation's own page: name, time zone, formats, colour, logo and mark; and the pictures."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from apps.core.admin.menu import register_page
from apps.core.errors import InvalidInput
from apps.core.tenant import current_organisation, is_public
from apps.core.uow import run_in_unit_of_work
from apps.platform.forms import ProfileForm
from apps.platform.pictures import png_answer
from apps.platform.services.modules import modules_choose, modules_shown
from apps.platform.services.profile import (
    FIELDS,
    PARTS,
    organisation_now,
    organisation_save,
    picture_of,
    picture_remove,
    picture_save,
)
from apps.platform.views import needs
from apps.tenancy.models import Organisation

PERMISSION = "platform.manage_organisation"


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    organisation = organisation_now()
    initial = {name: getattr(organisation, name) for name in FIELDS}
    form = ProfileForm(request.POST or None, request.FILES or None, initial=initial)
    if request.method == "POST" and form.is_valid():
        try:
            run_in_unit_of_work(lambda: _save(organisation, form.cleaned_data))
            messages.success(request, _("Saved."))
            return redirect("organisation_profile")
        except InvalidInput as error:
            form.refuse(error)
    context = {"title": _("Organisation"), "form": form, "row": organisation}
    return render(request, "platform/profile.html", context)


def _save(organisation: Organisation, data: dict[str, Any]) -> None:
    organisation_save(organisation, values={name: data[name] for name in FIELDS})
    for part in PARTS:
        if data[part]:
            data[part].seek(0)
            picture_save(organisation, part, data[part])
        elif data[f"remove_{part}"]:
            picture_remove(organisation, part)


@require_GET
def picture(request: HttpRequest, part: str) -> HttpResponse:
    """The logo or mark: no secret, since the sign-in page and mails show it."""
    if is_public() or part not in PARTS:
        raise Http404
    organisation = current_organisation()
    digest = getattr(organisation, PARTS[part])  # type: ignore[index]  # a member of the choices is its text
    return png_answer(request, digest, lambda: picture_of(organisation, part))


@needs("platform.manage_modules")
@require_http_methods(["GET", "POST"])
def modules(request: HttpRequest) -> HttpResponse:
    """Modules of the plan with their switches, what each needs, and what would go out of sight."""
    if request.method == "POST":
        keys = request.POST.getlist("module")
        try:
            run_in_unit_of_work(lambda: modules_choose(organisation_now(), keys=keys))
            messages.success(request, _("Saved."))
        except InvalidInput as error:
            messages.error(request, error.detail)
        return redirect("organisation_modules")
    organisation = organisation_now()
    rows = modules_shown(organisation)
    titles = {row["key"]: row["title"] for row in rows}
    for row in rows:
        for name in ("needs", "needed_by"):
            row[name] = [titles.get(key, key) for key in row[name]]
    context = {"title": _("Modules"), "rows": rows, "plan": organisation.plan}
    return render(request, "platform/modules.html", context)


register_page(
    "platform", "organisation_profile", gettext_lazy("Organisation"), icon="domain", permission=PERMISSION
)
register_page(
    "platform",
    "organisation_modules",
    gettext_lazy("Modules"),
    icon="extension",
    permission="platform.manage_modules",
)
