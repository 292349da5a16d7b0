"""Single-use links that a mail carries. The mail has the token, the database only its hash."""

from __future__ import annotations

import hashlib
import secrets
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop

from apps.accounts.models import AccessLink, LinkPurpose, User
from apps.core.errors import InvalidInput
from apps.core.locks import lock_row
from apps.core.mailing import mail_send
from apps.core.tenant import current_organisation, current_schema
from apps.tenancy.hosts import link_base

COOL_DOWN = timedelta(minutes=1)
MOST_OPEN, A_DAY = 5, 10
HOURS = {
    LinkPurpose.INVITATION: settings.INVITATION_HOURS,
    LinkPurpose.PASSWORD: settings.PASSWORD_LINK_HOURS,
    LinkPurpose.EMAIL: settings.PASSWORD_LINK_HOURS,
    LinkPurpose.EMAIL_OLD: settings.PASSWORD_LINK_HOURS,
    LinkPurpose.ENTER: 1,
}
HTML = {
    LinkPurpose.INVITATION: "mail/invitation.html",
    LinkPurpose.PASSWORD: "mail/password_reset.html",
    LinkPurpose.EMAIL: "mail/email_change.html",
    LinkPurpose.EMAIL_OLD: "mail/email_leave.html",
}
SUBJECTS = {
    LinkPurpose.INVITATION: gettext_noop("You are invited to %(name)s"),
    LinkPurpose.PASSWORD: gettext_noop("Set a new password for %(name)s"),
    LinkPurpose.EMAIL: gettext_noop("Confirm your new e-mail address for %(name)s"),
    LinkPurpose.EMAIL_OLD: gettext_noop("Confirm the change of your e-mail address for %(name)s"),
}


def _hash(token: str) -> str:
    """Bound to the organisation, so that a token of one is unknown in every other."""
    return hashlib.sha256(f"{current_schema()}:{token}".encode()).hexdigest()


def link_make(
    *,
    user: User,
    purpose: str,
    by: User | None = None,
    new_email: str = "",
    token: str = "",
    hours: int = 0,
) -> str:
    """A new link's token; earlier unused links of the same purpose end, but for a new password: a stranger
    who asks for another must not end the one in its owner's hands. Must run in a transaction."""
    if purpose != LinkPurpose.PASSWORD:
        AccessLink.objects.filter(user=user, purpose=purpose, used_at=None).delete()
    token = token or secrets.token_urlsafe(32)
    AccessLink.objects.create(
        user=user,
        purpose=purpose,
        token_hash=_hash(token),
        new_email=new_email,
        made_by=by,
        expires_at=timezone.now() + timedelta(hours=hours or HOURS[LinkPurpose(purpose)]),
    )
    return token


def links_enough(user: User, purpose: str) -> bool:
    """Whether so many links were mailed lately that another one would only fill the person's mailbox: one a
    minute, some that are still good, some a day. Those that he has stay good."""
    now = timezone.now()
    sent = AccessLink.objects.filter(user=user, purpose=purpose)
    return (
        sent.filter(created_at__gt=now - COOL_DOWN).exists()
        or sent.filter(used_at=None, expires_at__gt=now).count() >= MOST_OPEN
        or sent.filter(created_at__gt=now - timedelta(days=1)).count() >= A_DAY
    )


def link_find(token: str, purpose: str) -> AccessLink | None:
    """The link if it is still good: known, unused, in time, of an user who may use it."""
    link = (
        AccessLink.objects.select_related("user")
        .filter(token_hash=_hash(token), purpose=purpose, used_at=None, expires_at__gt=timezone.now())
        .first()
    )
    if link is None or not link.user.is_active or link.user.deleted_at is not None:
        return None
    return link


def link_use(token: str, purpose: str) -> AccessLink:
    """Take the link, once: two at the same moment get it one after the other. Raises InvalidInput."""
    found = link_find(token, purpose)
    link = lock_row(AccessLink, found.pk) if found else None
    if link is None or link.used_at is not None:
        raise InvalidInput(
            _("This link was used already or has expired. Please ask for a new one."),
            field="token",
            code="link_expired",
        )
    link.used_at = timezone.now()
    link.save(update_fields=["used_at"])
    return link


def link_mail(
    *,
    user: User,
    purpose: str,
    token: str,
    request: Any = None,
    by: User | None = None,
    to: str = "",
    new_email: str = "",
    hours: int = 0,
) -> None:
    """Mail the link to its user (or to ``to``) in the user's language."""
    path = reverse(f"accounts_{purpose}_link", kwargs={"token": token})
    organisation = current_organisation()
    hours = hours or HOURS[LinkPurpose(purpose)]
    with translation.override(user.language):
        context = {
            "user": user,
            "organisation": organisation,
            "url": f"{link_base(request)}{path}",
            "hours": hours,
            "days": hours // 24,
            "by": by,
            "new_email": new_email,
        }
        mail_send(
            to=to or user.email,
            subject=_(SUBJECTS[LinkPurpose(purpose)]) % {"name": organisation.name},
            text=render_to_string(f"accounts/mail/{purpose}.txt", context),
            html=render_to_string(HTML[LinkPurpose(purpose)], {**context, "language": user.language}),
        )
