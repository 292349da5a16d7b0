"""Who of which firm may come in, and what his firm is shown."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.core.scope import Scope
from apps.customer_portal.choices import MemberState, Sees

BY_PARTY = Scope(
    owner="party__salesperson",
    department="party__department",
    ungranted="Its people are kept by whoever looks after the firm.",
)


class PortalMember(SettingModel):
    """A person of one customer or vendor. ``sees`` own: the documents that were sent to him, shared with him
    or came of those (``PortalShare``)."""

    scope: ClassVar[Scope] = BY_PARTY

    user = models.OneToOneField(
        "accounts.User", verbose_name=_("person"), on_delete=models.PROTECT, related_name="portal_member"
    )
    party = models.ForeignKey(
        "parties.Party", verbose_name=_("party"), on_delete=models.PROTECT, related_name="portal_members"
    )
    sees = models.CharField(_("sees"), max_length=8, choices=Sees.choices, default=Sees.FIRM)
    state = models.CharField(
        _("state"), max_length=8, choices=MemberState.choices, default=MemberState.INVITED, editable=False
    )
    invited_by = models.ForeignKey(
        "accounts.User",
        verbose_name=_("invited by"),
        null=True,
        editable=False,
        on_delete=models.PROTECT,
        related_name="+",
    )
    active_at = models.DateTimeField(_("active since"), null=True, editable=False)
    ended_at = models.DateTimeField(_("ended"), null=True, editable=False)

    class Meta:
        verbose_name = _("person of the portal")
        verbose_name_plural = _("people of the portal")
        ordering: ClassVar[list[str]] = ["party__display_name", "user__name", "id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(state__in=MemberState.values, sees__in=Sees.values),
                name="customer_portal_member_sound",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.user} ({self.party})"


class PortalFirm(SettingModel):
    """What one party is shown otherwise than the settings say. ``features`` empty and ``own_features`` on:
    nothing at all."""

    scope: ClassVar[Scope] = BY_PARTY

    party = models.OneToOneField(
        "parties.Party", verbose_name=_("party"), on_delete=models.PROTECT, related_name="portal_firm"
    )
    closed = models.BooleanField(_("portal closed for this party"), default=False)
    own_features = models.BooleanField(_("other features than the settings"), default=False)
    features = ArrayField(
        models.CharField(max_length=20), verbose_name=_("features"), default=list, blank=True
    )

    class Meta:
        verbose_name = _("exception of a party")
        verbose_name_plural = _("exceptions of parties")
        ordering: ClassVar[list[str]] = ["party__display_name", "id"]

    def __str__(self) -> str:
        return str(self.party)


class PortalShare(models.Model):
    """A document is this person's own. Asked only for those who see their own documents."""

    kind: ClassVar[str] = "link"

    member = models.ForeignKey(PortalMember, on_delete=models.CASCADE, related_name="shares")
    target_kind = models.CharField(max_length=80)
    target_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["member", "target_kind", "target_id"], name="customer_portal_share_once"
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id"], name="customer_portal_share_target"),
        ]

    def __str__(self) -> str:
        return f"{self.target_kind}:{self.target_id}"
