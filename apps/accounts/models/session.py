"""Where a person is signed in: browsers and API clients in one list, so that each can be ended."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.accounts.models.factor import BACKUP, FactorMethod
from apps.core.address import place_of
from apps.core.scope import OWN_ONLY, Scope, ScopedManager

STEP_NAMES = {**dict(FactorMethod.choices), BACKUP: _("Backup code"), "sso": _("Identity provider")}


class SessionKind(models.TextChoices):
    BROWSER = "browser", _("Browser")
    API = "api", _("API")


# The first mark that the agent text holds counts: Edge says Chrome too, Chrome says Safari too.
_BROWSERS = (
    ("Edg/", "Edge"), ("OPR/", "Opera"), ("SamsungBrowser", "Samsung Internet"), ("Firefox/", "Firefox"),
    ("Chrome/", "Chrome"), ("Safari/", "Safari"), ("curl/", "curl"), ("python-requests", "Python"),
)  # fmt: skip
_SYSTEMS = (
    ("Android", "Android"), ("iPhone", "iPhone"), ("iPad", "iPad"), ("Windows", "Windows"),
    ("Mac OS X", "macOS"), ("CrOS", "ChromeOS"), ("Linux", "Linux"),
)  # fmt: skip


class SignInSession(models.Model):
    """A browser's session (``session_key``) or a family of API tokens (``family``).

    ``token_id`` is the one refresh token of the family that is still good: an older one that comes again
    was stolen or replayed, and ends the family.
    """

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(owner="user_id", ungranted=OWN_ONLY)

    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="sign_ins")
    session_kind = models.CharField(max_length=8, choices=SessionKind.choices)
    session_key = models.CharField(max_length=40, blank=True, default="", db_index=True)
    family = models.UUIDField(default=uuid.uuid4, unique=True)
    token_id = models.CharField(max_length=40, blank=True, default="")
    address = models.CharField(_("address"), max_length=45, blank=True, default="")
    agent = models.CharField(_("device"), max_length=300, blank=True, default="")
    started_at = models.DateTimeField(_("since"), auto_now_add=True)
    seen_at = models.DateTimeField(_("last seen"))
    expires_at = models.DateTimeField()
    confirmed_at = models.DateTimeField(null=True)  # when the person last proved himself in this sign-in
    provider = models.CharField(_("identity provider"), max_length=120, blank=True, default="")
    second_factor = models.CharField(_("second factor"), max_length=8, blank=True, default="")
    ended_at = models.DateTimeField(null=True)
    ended_why = models.CharField(max_length=40, blank=True, default="")

    objects = ScopedManager()

    class Meta:
        verbose_name = _("sign-in")
        verbose_name_plural = _("sign-ins")
        ordering: ClassVar[list[str]] = ["-seen_at"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["user", "-seen_at"],
                condition=models.Q(ended_at=None),
                name="accounts_signin_open",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.get_session_kind_display()}: {self.device}"

    @property
    def step_name(self) -> str:
        """The second step that was taken, in words; nothing when there was none."""
        return str(STEP_NAMES.get(self.second_factor, "–"))

    @property
    def place(self) -> str:
        """Where the address is, as far as it tells by itself."""
        return place_of(self.address)

    @property
    def device(self) -> str:
        """``Chrome, Android``: what the agent text says in two words; the text itself when unknown."""
        browser = next((name for mark, name in _BROWSERS if mark in self.agent), "")
        system = next((name for mark, name in _SYSTEMS if mark in self.agent), "")
        return ", ".join(filter(None, (browser, system))) or self.agent[:60] or "–"
