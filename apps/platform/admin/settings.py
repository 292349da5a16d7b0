"""One page for what holds for the whole platform: sign-up, maintenance, look of the sign-in pages."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.errors import BahiError, InvalidInput
from apps.core.keys import key_read
from apps.core.uow import run_in_unit_of_work
from apps.platform.admin.organisations import moment_of
from apps.platform.admin.site import platform_site
from apps.platform.forms import LookForm
from apps.platform.models import SignInLook
from apps.platform.services.backups import backups_allow
from apps.platform.services.look import look_save
from apps.platform.services.sign_up import sign_up_switch
from apps.tenancy.models import PlatformState
from apps.tenancy.services.maintenance import maintenance_platform


def settings_page(request: HttpRequest) -> HttpResponse:
    row = SignInLook.objects.filter(organisation=None).first()
    initial = {"text": row.text, "accent": row.accent, "background": row.background} if row else {}
    form = LookForm(initial=initial)
    if request.method == "POST":
        form = LookForm(request.POST, request.FILES) if request.POST.get("part") == "look" else form
        if _save(request, form):
            return HttpResponseRedirect(reverse("platform:settings"))
    context = {
        **platform_site.each_context(request),
        "title": _("Settings"),
        "state": PlatformState.current(),
        "form": form,
        "look": row,
    }
    return render(request, "platform/admin/settings.html", context)


def _save(request: HttpRequest, form: LookForm) -> bool:
    part, data = request.POST.get("part", ""), request.POST
    try:
        if part == "look":
            if not form.is_valid():
                return False
            look_save(None, **form.cleaned_data)
        elif part == "maintenance":
            maintenance_platform(
                on=data.get("on") == "1", text=data.get("text", ""), until=moment_of(data.get("until", ""))
            )
        elif part == "sign_up":
            sign_up_switch(on=data.get("on") == "1")
        elif part == "backups":
            days = key_read(data.get("keep_days", "")) or 0
            values = {"backup_own_bucket": data.get("own") == "1", "backup_keep_days": days}
            run_in_unit_of_work(lambda: backups_allow(values))
    except BahiError as error:
        if part == "look" and isinstance(error, InvalidInput):
            form.refuse(error)
        else:  # the other forms of the page are plain ones
            messages.error(request, error.detail)
        return False
    messages.success(request, _("Saved."))
    return True
