"""The organisation's own page: name, time zone, formats, colour, logo and mark; and the pictures."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseNotModified
from django.shortcuts import redirect, render
from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from apps.accounts.forms import RefusalForm
from apps.company.models import Currency
from apps.core.admin.menu import register_page
from apps.core.errors import InvalidInput
from apps.core.tenant import current_organisation, is_public
from apps.core.uow import run_in_unit_of_work
from apps.platform.services.modules import modules_choose, modules_shown
from apps.platform.services.profile import (
    FIELDS,
    PARTS,
    organisation_save,
    picture_of,
    picture_remove,
    picture_save,
    zone_names,
)
from apps.platform.views import _fresh, needs
from apps.tenancy.choices import DateFormat, NumberFormat
from apps.tenancy.models import Organisation

PERMISSION = "platform.manage_organisation"
PICTURE = "image/png,image/jpeg,image/webp"


def _choice(label: Any, choices: Any, help_text: Any = "") -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, help_text=help_text)


def _picture(label: Any, help_text: Any) -> forms.FileField:
    widget = forms.FileInput(attrs={"accept": PICTURE})
    return forms.FileField(label=label, required=False, help_text=help_text, widget=widget)


class ProfileForm(RefusalForm):
    name = forms.CharField(label=gettext_lazy("Name"), max_length=200)
    language = _choice(gettext_lazy("Language of new people"), settings.LANGUAGES)
    time_zone = _choice(
        gettext_lazy("Time zone"),
        lambda: [(name, name.replace("_", " ")) for name in zone_names()],
        gettext_lazy("Times are shown in it, unless a person set his own."),
    )
    number_format = _choice(gettext_lazy("Numbers"), NumberFormat.choices)
    date_format = _choice(gettext_lazy("Dates"), DateFormat.choices)
    country = forms.CharField(
        label=gettext_lazy("Country"), min_length=2, max_length=2, help_text=gettext_lazy("Two letters: IN.")
    )
    currency = _choice(
        gettext_lazy("Currency"),
        lambda: [(c.code, f"{c.code} · {c.name}") for c in Currency.objects.filter(active=True)],
        gettext_lazy("New companies begin with it; each company keeps its own."),
    )
    fiscal_year_start = forms.TypedChoiceField(
        label=gettext_lazy("Fiscal year starts in"), choices=list(MONTHS.items()), coerce=int,
        help_text=gettext_lazy("New companies begin with it; each company keeps its own."),
    )  # fmt: skip
    accent = forms.CharField(
        label=gettext_lazy("Accent colour"), max_length=7, widget=forms.TextInput(attrs={"type": "color"}),
        help_text=gettext_lazy("Buttons and links; shades that can be read are made of it by themselves."),
    )  # fmt: skip
    logo = _picture(
        gettext_lazy("Logo"),
        gettext_lazy("In the back office, portal, mails and on the sign-in page. PNG, JPEG or WebP."),
    )
    remove_logo = forms.BooleanField(label=gettext_lazy("Without a logo"), required=False)
    mark = _picture(
        gettext_lazy("Mark"), gettext_lazy("Square; in browser tabs and where there is little room.")
    )
    remove_mark = forms.BooleanField(label=gettext_lazy("Without a mark"), required=False)


@needs(PERMISSION)
@require_http_methods(["GET", "POST"])
def profile(request: HttpRequest) -> HttpResponse:
    organisation = _fresh()
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
    tag = f'"{getattr(organisation, PARTS[part])}"'  # type: ignore[index]  # a member of the choices is its text
    if request.headers.get("If-None-Match") == tag:
        return HttpResponseNotModified(headers={"ETag": tag})
    content = picture_of(organisation, part)
    if content is None:
        raise Http404
    headers = {"ETag": tag, "Cache-Control": "private, max-age=300"}
    return HttpResponse(content, content_type="image/png", headers=headers)


@needs("platform.manage_modules")
@require_http_methods(["GET", "POST"])
def modules(request: HttpRequest) -> HttpResponse:
    """Modules of the plan with their switches, what each needs, and what would go out of sight."""
    if request.method == "POST":
        keys = request.POST.getlist("module")
        try:
            run_in_unit_of_work(lambda: modules_choose(_fresh(), keys=keys))
            messages.success(request, _("Saved."))
        except InvalidInput as error:
            messages.error(request, error.detail)
        return redirect("organisation_modules")
    organisation = _fresh()
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
