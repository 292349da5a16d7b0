from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from apps.platform.choices import Audience, Tone


class Announcement(models.Model):
    """What the platform tells people on every page, from a day to a day."""

    kind: ClassVar[str] = "log"

    title = models.CharField(_("title"), max_length=120)
    text = models.CharField(_("text"), max_length=600, blank=True, default="")
    tone = models.CharField(_("tone"), max_length=8, choices=Tone.choices, default=Tone.INFO)
    audience = models.CharField(_("for"), max_length=16, choices=Audience.choices, default=Audience.EVERYBODY)
    organisations = models.ManyToManyField(
        "tenancy.Organisation",
        verbose_name=_("organisations"),
        blank=True,
        related_name="+",
        help_text=_("None chosen: all."),
    )
    starts_at = models.DateTimeField(_("from"))
    ends_at = models.DateTimeField(_("to"))
    may_dismiss = models.BooleanField(_("may be put away"), default=True)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        verbose_name = _("announcement")
        verbose_name_plural = _("announcements")
        ordering: ClassVar[list[str]] = ["-starts_at"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(ends_at__gt=F("starts_at")),
                name="platform_announcement_ends",
                violation_error_message=_("The end must be after the beginning."),
            ),
        ]

    def __str__(self) -> str:
        return self.title


class AnnouncementSeen(models.Model):
    """Somebody has put an announcement away."""

    kind: ClassVar[str] = "log"

    announcement = models.ForeignKey(Announcement, on_delete=models.CASCADE, related_name="seen")
    organisation = models.ForeignKey("tenancy.Organisation", on_delete=models.CASCADE, related_name="+")
    user_id = models.BigIntegerField()
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["organisation", "user_id", "announcement"], name="platform_seen_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.announcement_id} {self.user_id}"
