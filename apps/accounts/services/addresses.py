"""Another e-mail address for signing in: it counts once whoever reads it has said so.

Whoever changes his own is asked at both addresses. An administrator's change waits for the new address
alone, since the old one is often lost; the old one is told. Until then nothing is changed, and the
administrator sees what is waited for and can call it off.
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.choices import AccessEvent
from apps.accounts.models import AccessLink, LinkPurpose, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.code_messages import notice_mail
from apps.accounts.services.links import link_mail, link_make
from apps.core.errors import InvalidInput, Refused

EMAIL_PURPOSES = (LinkPurpose.EMAIL, LinkPurpose.EMAIL_OLD)
OFFERED = gettext_lazy(
    "%(who)s wants you to sign in as %(mail)s. It counts once that address has confirmed it."
)


def email_free(email: str) -> str:
    """The address, tidied. Raises InvalidInput: none, or somebody's already."""
    wanted = email.strip().lower()
    try:
        validate_email(wanted)
    except ValidationError as error:
        raise InvalidInput(_("Please enter a valid e-mail address."), field="email") from error
    if User.objects.filter(email=wanted).exists():
        raise InvalidInput(_("Somebody uses this e-mail address already."), field="email", code="duplicate")
    return wanted


def email_waits(user: User) -> bool:
    """Whether a change of the address by somebody else needs to be confirmed: not for one who never came in,
    whose invitation may just have gone to a mistyped address."""
    return user.has_usable_password() or user.last_login is not None


def email_change_offer(*, user: User, email: str, by: User, request: Any = None) -> None:
    """Mail a link to the new address, and one to the old address of who changes his own: both must be opened.

    Raises InvalidInput. What was asked before ends.
    """
    wanted, own = email_free(email), by.pk == user.pk
    asked = {LinkPurpose.EMAIL: wanted} | ({LinkPurpose.EMAIL_OLD: user.email} if own else {})
    sent: dict[str, Any] = {"new_email": wanted, "hours": 0 if own else settings.INVITATION_HOURS}
    with transaction.atomic():
        AccessLink.objects.filter(user=user, purpose__in=EMAIL_PURPOSES).delete()
        for purpose, to in asked.items():
            token = link_make(user=user, purpose=purpose, by=by, **sent)
            link_mail(user=user, purpose=purpose, token=token, request=request, to=to, **sent)
        if not own:
            notice_mail(user, OFFERED, who=by, mail=wanted)
        detail = {"user": user.email, "email_asked": wanted}
        access_log_write(AccessEvent.USER_CHANGED, request=request, user=by, detail=detail)


def email_change_cancel(*, user: User, by: User) -> None:
    """Call the change off: its links open nothing any more. Raises Refused when none is waited for."""
    if not email_links(AccessLink.objects.filter(user=user)).exists():
        raise Refused(_("No new address is waiting to be confirmed."), code="invalid_transition")
    AccessLink.objects.filter(user=user, purpose__in=EMAIL_PURPOSES, used_at=None).delete()
    access_log_write(AccessEvent.USER_CHANGED, user=by, detail={"user": user.email, "email_asked": ""})


def email_links(links: Any) -> QuerySet[AccessLink]:
    """Those of a queryset that a new address has yet to open."""
    return links.filter(purpose=LinkPurpose.EMAIL, used_at=None, expires_at__gt=timezone.now())


def with_pending_email(users: Any) -> Any:
    """Users who know their ``pending_email`` without a query each."""
    links = Prefetch("access_links", queryset=email_links(AccessLink.objects.all()), to_attr="email_links")
    return users.prefetch_related(links)
