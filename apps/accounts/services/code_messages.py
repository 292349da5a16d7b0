"""Mails and texts about sign-in: one-time codes, and notes that something about the sign-in changed."""

from __future__ import annotations

from typing import Any

from django.template.loader import render_to_string
from django.utils import translation
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.choices import AccessEvent
from apps.accounts.models import User
from apps.accounts.services.access_log import access_log_write
from apps.core.mailing import mail_send
from apps.core.tenant import current_organisation, is_public
from apps.core.texting import text_send

MINUTES = 5
EMAIL_CHANGED = gettext_lazy("From now on you sign in as %(mail)s.")


def masked_mail(email: str) -> str:
    """``a•••@acme.example``."""
    name, _at, host = email.partition("@")
    return f"{name[:1]}•••@{host}"


def masked_phone(phone: str) -> str:
    """``•••• 3210``."""
    return f"•••• {phone[-4:]}"


def code_mail(user: User, code: str) -> str:
    """Mail a one-time code to the user; returns the masked address."""
    organisation = current_organisation()
    with translation.override(user.language):
        subject = _("%(code)s is your code for %(name)s") % {"code": code, "name": organisation.name}
        _mail(user, "sign_in_code", subject, {"code": code, "minutes": MINUTES})
    return masked_mail(user.email)


def code_text(user: User, phone: str, code: str) -> str:
    """Text a one-time code to a phone; returns the masked number."""
    with translation.override(user.language):
        text = _(
            "%(code)s is your sign-in code for %(name)s. It is good for %(n)d minutes. Tell it to nobody."
        ) % {
            "code": code, "name": current_organisation().name, "n": MINUTES,
        }  # fmt: skip
    text_send(to=phone, text=text)
    return masked_phone(phone)


def notice_mail(user: User, what: Any, *, to: str = "", **values: Any) -> None:
    """Tell a person (at ``to``, else at his address) that something about his sign-in changed; not in
    public. ``what``: a lazy text, put into his language, whoever acts; ``values``: what stands in it.
    """
    if is_public():
        return
    with translation.override(user.language):
        subject = _("Your sign-in at %(name)s was changed") % {"name": current_organisation().name}
        _mail(user, "sign_in_notice", subject, {"what": str(what) % values if values else str(what)}, to=to)


def email_changed_tell(user: User, before: str, *, by: User | None = None, request: Any = None) -> None:
    """Tell the old address that another one counts now, and note it. ``by``: who did it, if not he."""
    notice_mail(user, EMAIL_CHANGED, to=before, mail=user.email)
    detail = {"from": before, "to": user.email}
    access_log_write(AccessEvent.EMAIL_CHANGED, request=request, user=by or user, detail=detail)


def _mail(user: User, template: str, subject: str, context: dict[str, Any], *, to: str = "") -> None:
    full = {"user": user, "organisation": current_organisation(), "language": user.language, **context}
    mail_send(
        to=to or user.email,
        subject=subject,
        text=render_to_string(f"accounts/mail/{template}.txt", full),
        html=render_to_string(f"mail/{template}.html", full),
    )
