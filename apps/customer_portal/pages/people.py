"""The people of one's own firm, and one's own preferences."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import override
from django.views.decorators.http import require_http_methods, require_POST

from apps.accounts.models import User
from apps.accounts.preferences import preferences_keep
from apps.accounts.services.profile import profile_save
from apps.accounts.services.sign_in import TooManyAttempts
from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work
from apps.customer_portal.forms import InviteForm, ProfileForm
from apps.customer_portal.pages.common import portal_page
from apps.customer_portal.selectors import Visit, colleague_of, colleagues
from apps.customer_portal.services.members import colleague_end, colleague_invite
from apps.customer_portal.throttling import ActThrottle
from apps.messaging.catalogue import notification_events
from apps.messaging.services.notices import text_way
from apps.messaging.services.notifications import choices_of, choices_set, ways_posted


@portal_page
@require_http_methods(["GET", "HEAD", "POST"])
def people(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Colleagues; POST invites one where the organisation leaves that to its customers."""
    if not visit.whole:
        raise Http404("own documents only")
    form = InviteForm(request.POST or None, initial={"language": visit.member.user.language})
    status = 200
    if request.method == "POST" and form.is_valid():
        try:
            if wait := ActThrottle().refused(request):
                raise TooManyAttempts(_("Too many tries. Please wait a moment."), retry_after=wait)
            run_in_unit_of_work(lambda: colleague_invite(visit, form.cleaned_data, request=request))
            messages.success(
                request, _("An invitation was mailed to %(mail)s.") % {"mail": form.cleaned_data["email"]}
            )
            return redirect("portal_people")
        except BahiError as error:
            form.refuse(error)
            status = error.status
    context = {"visit": visit, "active": "people", "form": form, "rows": colleagues(visit)}
    return render(request, "customer_portal/people.html", context, status=status)


@portal_page
@require_POST
def person_end(request: HttpRequest, visit: Visit, pk: int) -> HttpResponse:
    """End a colleague's access."""
    row = colleague_of(visit, pk)
    try:
        run_in_unit_of_work(lambda: colleague_end(visit, row))
        messages.success(request, _("The access has ended."))
    except BahiError as error:
        messages.error(request, str(error.errors[0].detail))
    return redirect("portal_people")


@portal_page
@require_http_methods(["GET", "HEAD", "POST"])
def profile(request: HttpRequest, visit: Visit) -> HttpResponse:
    """Name, language, time zone, look, and of what one is told by mail and text."""
    user: Any = request.user
    form = ProfileForm(request.POST or None, instance=User.objects.get(pk=user.pk))
    if request.method == "POST" and form.is_valid():
        try:
            saved = run_in_unit_of_work(lambda: _save(user, form.cleaned_data, request.POST))
            response = redirect("portal_profile")
            preferences_keep(response, saved)
            with override(saved.language):
                messages.success(request, _("Saved."))
            return response
        except BahiError as error:
            form.refuse(error)
    choices = choices_of(user, notification_events(portal=True))
    context = {"visit": visit, "active": "profile", "form": form, "choices": choices}
    return render(request, "customer_portal/profile.html", {**context, "way": text_way(user)})


def _save(user: Any, values: dict[str, Any], posted: Any) -> User:
    saved = profile_save(user=user, values=values)
    chosen = ways_posted(user, notification_events(portal=True), posted, bell=False)
    choices_set(by=user, choices=chosen)
    return saved
