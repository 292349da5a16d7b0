"""Why somebody wasn't let in: one reason, one sentence for him, one technical detail for the log."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.errors import BahiError


class Reason(models.TextChoices):
    """The label is what the refusal page says."""

    OFF = "off", _("This way to sign in isn't switched on here.")
    STATE = "state", _("This sign-in took too long or was finished before. Please start again.")
    BROWSER = "browser", _("This sign-in was started in another browser. Please start again in this one.")
    CANCELLED = "cancelled", _("The identity provider didn't sign you in, or you cancelled.")
    UNREACHABLE = "unreachable", _("The identity provider doesn't answer. Please try again in a while.")
    INVALID = (
        "invalid",
        _(
            "The identity provider's answer isn't valid. Your administrator finds the details in the access"
            " log."
        ),
    )
    CLOCK = (
        "clock",
        _(
            "The identity provider's answer is too old or from the future. Please try again; if it stays, a"
            " clock is wrong: your administrator should compare the provider's with this server's."
        ),
    )
    REPLAYED = "replayed", _("This answer of the identity provider was used before. Please start again.")
    NO_EMAIL = "no_email", _("The identity provider told us no e-mail address of yours.")
    NOT_VERIFIED = (
        "not_verified",
        _(
            "The identity provider doesn't say that your e-mail address is verified, so nobody is linked by"
            " it."
        ),
    )
    DOMAIN = "domain", _("E-mail addresses of your domain aren't let in here.")
    NO_ACCOUNT = (
        "no_account",
        _("There is no user with your e-mail address here. Please ask your administrator to invite you."),
    )
    OTHER_IDENTITY = (
        "other_identity",
        _(
            "Your user is linked with another identity at this provider. Your administrator can remove the"
            " link."
        ),
    )
    SUSPENDED = "suspended", _("Your user is switched off. Please ask your administrator.")
    LIMIT = "limit", _("Your organisation's plan has no room for a further user.")
    STALE = "stale", _("The identity provider didn't ask you again who you are. Please try again.")
    OTHER_PERSON = "other_person", _("At the identity provider you are somebody else than here.")


class SsoRefused(BahiError):
    """HTTP 403. ``reason`` names the sentence; ``technical`` is for the access log, never for the page."""

    status = 403
    code = "sso_refused"

    def __init__(self, reason: Reason, technical: str = "") -> None:
        super().__init__(str(reason.label))
        self.reason = reason
        self.technical = technical.replace("\0", "")[:300]  # no database text holds a NUL


class SsoRequired(BahiError):
    """The person has to come through an identity provider (HTTP 403). ``data``: {sign_in: [{name, url}]}."""

    status = 403
    code = "sso_required"
