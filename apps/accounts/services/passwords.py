"""Invitations, new passwords and new e-mail addresses: what a person does about his own sign-in."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.choices import AccessEvent
from apps.accounts.events import PortalInvitationAccepted
from apps.accounts.models import AccessLink, LinkPurpose, User
from apps.accounts.services.access_log import access_log_write
from apps.accounts.services.addresses import EMAIL_PURPOSES
from apps.accounts.services.code_messages import email_changed_tell, notice_mail
from apps.accounts.services.links import link_mail, link_make, link_use, links_enough
from apps.accounts.services.lockout import failures_forget
from apps.accounts.services.sessions import sessions_end_all
from apps.accounts.services.users import password_check, user_rights_covered
from apps.accounts.ways import local_allowed, other_way
from apps.core.errors import FieldError, InvalidInput
from apps.core.events import announce
from apps.core.locks import lock_row
from apps.core.tenant import is_public

PASSWORD_CHANGED = gettext_lazy("Your password was changed.")


def invitation_send(*, user: User, request: Any = None, by: User | None = None) -> None:
    """Mail an invitation; an earlier one ends. Must run in a transaction."""
    token = link_make(user=user, purpose=LinkPurpose.INVITATION, by=by)
    link_mail(user=user, purpose=LinkPurpose.INVITATION, token=token, request=request, by=by)
    access_log_write(AccessEvent.INVITED, request=request, user=by, detail={"user": user.email})


def invitation_accept(*, token: str, name: str, password: str, request: Any = None) -> User:
    """The invited person's name and first password. Raises InvalidInput (link, name, password)."""
    with transaction.atomic():
        link = link_use(token, LinkPurpose.INVITATION)
        user = link.user
        other_way().local_refuse(user)
        if name.strip():
            user.name = name.strip()[:120]
        _password_set(user, password)
        if user.is_portal:
            announce(PortalInvitationAccepted(user.pk))
    access_log_write(AccessEvent.INVITATION_ACCEPTED, request=request, user=user)
    return user


def password_reset_ask(*, email: str, request: Any = None) -> None:
    """Mail a link to set a new password. Says nothing about whether the address is known.

    Nor about how many were mailed already: what the person has stays good until he uses one or it is too old.
    Nor about who has to come through an identity provider: a password would be of no use to him.
    """
    user = User.objects.filter(email=email.strip().lower(), is_active=True, deleted_at=None).first()
    if user is None or not local_allowed(user):
        access_log_write(AccessEvent.RESET_ASKED, request=request, label=email.strip()[:200])
        return
    with transaction.atomic():
        user = lock_row(User, user.pk)  # two at the same moment are counted one after the other
        if not links_enough(user, LinkPurpose.PASSWORD):
            token = link_make(user=user, purpose=LinkPurpose.PASSWORD)
            link_mail(user=user, purpose=LinkPurpose.PASSWORD, token=token, request=request)
    access_log_write(AccessEvent.RESET_ASKED, request=request, user=user)


def password_reset(*, token: str, password: str, request: Any = None) -> User:
    """Set the new password, end every sign-in and every lock. Raises InvalidInput (link, password)."""
    with transaction.atomic():
        user = link_use(token, LinkPurpose.PASSWORD).user
        _password_set(user, password)
        sessions_end_all(user, why="password")
        notice_mail(user, PASSWORD_CHANGED)
    failures_forget(user.email)
    access_log_write(AccessEvent.PASSWORD_CHANGED, request=request, user=user, detail={"by": "link"})
    return user


def password_change(
    *, user: User, current: str, password: str, keep_session: str = "", request: Any = None
) -> None:
    """Change one's own password; every other sign-in ends. Raises InvalidInput naming the field."""
    if not user.check_password(current):
        raise InvalidInput(_("This is not your current password."), field="current_password")
    if current == password:
        raise InvalidInput(_("Please choose another password than before."), field="password")
    with transaction.atomic():
        _password_set(user, password)
        sessions_end_all(user, keep_key=keep_session, why="password")
        notice_mail(user, PASSWORD_CHANGED)
    access_log_write(AccessEvent.PASSWORD_CHANGED, request=request, user=user, detail={"by": "user"})


def password_set_for(*, user: User, password: str, by: Any, field: str = "password") -> User:
    """An administrator sets somebody's password; his sign-ins end. Raises InvalidInput, NotAllowed."""
    user_rights_covered(user, by=by)
    try:
        password_check(password, user)
    except InvalidInput as error:
        raise InvalidInput([FieldError(field, item.detail, item.code) for item in error.errors]) from error
    with transaction.atomic():
        _password_set(user, password)
        sessions_end_all(user, why="password")
    detail = {"by": "administrator", "user": user.email}
    access_log_write(AccessEvent.PASSWORD_CHANGED, detail=detail)
    return user


def _password_set(user: User, password: str) -> None:
    password_check(password, user)
    user.set_password(password)
    user.version += 1
    if is_public():  # an operator's: he has no history and no links there, the log tells it
        User.objects.filter(pk=user.pk).untracked_update(password=user.password, version=user.version)
        return
    user.save()
    AccessLink.objects.filter(user=user, purpose=LinkPurpose.PASSWORD, used_at=None).delete()


def email_change(*, token: str, purpose: str, request: Any = None) -> bool:
    """One of the two links was opened; returns whether the other was too, so that the new address counts.

    Raises InvalidInput when the link or the address is no longer free.
    """
    with transaction.atomic():
        link = link_use(token, purpose)
        user, before = lock_row(User, link.user_id), link.user.email
        waiting = AccessLink.objects.filter(user=user, purpose__in=EMAIL_PURPOSES, used_at=None)
        if waiting.exists():
            return False
        if User.objects.filter(email=link.new_email).exists():
            raise InvalidInput(
                _("Somebody uses this e-mail address already."), field="email", code="duplicate"
            )
        user.email = link.new_email
        user.version += 1
        user.save()
        email_changed_tell(user, before, request=request)
    return True
