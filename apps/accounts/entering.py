"""The last step of every way to sign a browser in."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponseRedirect
from django.utils.http import url_has_allowed_host_and_scheme

from apps.accounts.devices import device_keep
from apps.accounts.door import home_of
from apps.accounts.models import User
from apps.accounts.preferences import preferences_keep
from apps.accounts.services.sessions import browser_session_start
from apps.accounts.ways import came_by_other_way, other_way


def next_page(request: HttpRequest) -> str:
    """Where to go after sign-in; only to this host."""
    wanted = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if safe else settings.LOGIN_REDIRECT_URL


def browser_enter(request: HttpRequest, user: User, page: str, *, factor: str = "") -> HttpResponseRedirect:
    """Sign the browser in and go to the page, in the person's own language and theme.

    factor: the second step that was taken, or ``sso`` where an identity provider vouched for one.
    Raises a refusal where the person has to come through his identity provider and didn't.
    """
    if not came_by_other_way(request, user):
        other_way().local_refuse(user)
    browser_session_start(request, user, factor=factor)
    response = HttpResponseRedirect(home_of(user, page))
    preferences_keep(response, user)
    device_keep(request, response, user.email)
    return response
