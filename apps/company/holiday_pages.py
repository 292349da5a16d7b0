"""Filling a year of holidays: the page of the back office and the call of the API."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import path, reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.response import Response
from rest_framework.views import APIView

from apps.accounts.forms import RefusalForm
from apps.company.selectors import company_today
from apps.company.services.holidays import Copied, holidays_copy, holidays_national_add
from apps.core.access import may
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.api.routes import register_routes
from apps.core.api.serializers import StrictSerializer, raise_invalid
from apps.core.api.transaction import api_write
from apps.core.errors import BahiError, NotAllowed
from apps.core.uow import run_in_unit_of_work

SEE, ADD = "company.view_holiday", "company.add_holiday"


def _year(label: Any) -> forms.IntegerField:
    return forms.IntegerField(label=label, widget=forms.NumberInput(attrs={"class": "bahi-input"}))


class CopyForm(RefusalForm):
    from_year = _year(gettext_lazy("Year to copy from"))
    to_year = _year(gettext_lazy("New year"))
    moving = forms.BooleanField(
        label=gettext_lazy("Also those whose date changes"),
        required=False,
        help_text=gettext_lazy("They come on the old date; correct them afterwards."),
    )


class NationalForm(RefusalForm):
    year = _year(gettext_lazy("Year"))


def page(request: HttpRequest) -> HttpResponse:
    """Two forms: copy a year, or enter the national holidays; ``what`` says which one was sent."""
    if not (may(request.user, SEE) and may(request.user, ADD)):
        raise PermissionDenied
    year, what = company_today().year, request.POST.get("what", "")
    copy = CopyForm(
        request.POST if what == "copy" else None, initial={"from_year": year, "to_year": year + 1}
    )
    national = NationalForm(request.POST if what == "national" else None, initial={"year": year})
    sent = {"copy": (copy, holidays_copy), "national": (national, holidays_national_add)}.get(what)
    if sent and _done(request, *sent):
        return HttpResponseRedirect(reverse("admin:company_holiday_changelist"))
    context = {
        **admin_site.each_context(request),
        "title": _("Fill a year of holidays"),
        "copy": copy,
        "national": national,
        "may_import": may(request.user, "company.import_holiday"),
    }
    return TemplateResponse(request, "company/holidays.html", context)


def _done(request: HttpRequest, form: Any, work: Any) -> bool:
    if not form.is_valid():
        return False
    try:
        result = run_in_unit_of_work(lambda: work(**form.cleaned_data, by=request.user))
    except BahiError as error:
        form.refuse(error)
        return False
    messages.success(request, told(result))
    return True


def told(result: Copied) -> str:
    """What was done, as a sentence."""
    text = _("%(made)d entered, %(there)d were there.") % {"made": result.made, "there": result.there}
    if result.moving:
        names = ", ".join(result.moving)
        text += " " + _("Their date changes, please enter them: %(names)s.") % {"names": names}
    return text


page = admin_site.admin_view(page)
page.bahi_app = "company"
register_page(
    "company", "holiday_year", gettext_lazy("Fill a year of holidays"), icon="event", permission=ADD
)


class CopyInput(StrictSerializer):
    from_year = serializers.IntegerField(min_value=2000, max_value=2099)
    to_year = serializers.IntegerField(min_value=2000, max_value=2099)
    moving = serializers.BooleanField(required=False)


class HolidaysCopyView(APIView):
    """Copy the holidays of a year: those of a fixed date, with ``moving`` the others on the old date too."""

    def post(self, request: Any) -> Response:
        if not (may(request.user, SEE) and may(request.user, ADD)):
            raise NotAllowed(_("You may not enter holidays."))
        serializer = CopyInput(data=request.data)
        raise_invalid(serializer)

        def work() -> tuple[int, Any, str]:
            result = holidays_copy(**serializer.validated_data, by=request.user)
            data = {"made": result.made, "there": result.there, "moving": result.moving}
            return 200, data, told(result)

        return api_write(request, work)


register_routes([path("company/holidays/copy/", HolidaysCopyView.as_view(), name="company_holidays_copy")])
