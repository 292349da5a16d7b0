"""Text messages: the gateway of the organisation and the queue, as mails have theirs."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.models import SettingModel
from apps.core.scope import Scope, ScopedManager
from apps.core.secrets import SecretField, sealed_only
from apps.messaging.models.mail import MailState


class GatewayKind(models.TextChoices):
    SIMULATOR = "simulator", _("Simulator: texts stay in the list, nothing is sent")
    HTTP = "http", _("HTTPS gateway")


class TextGateway(SettingModel):
    """How this organisation sends texts: one row. ``token`` is sent to the gateway as a bearer token.

    In India the sender (header) and the template must be registered with the operators (DLT).
    """

    gateway = models.CharField(
        _("gateway"), max_length=10, choices=GatewayKind.choices, default=GatewayKind.SIMULATOR
    )
    url = models.URLField(_("address"), max_length=300, blank=True, default="")
    sender = models.CharField(_("sender (header)"), max_length=20, blank=True, default="")
    entity_id = models.CharField(_("DLT entity id"), max_length=30, blank=True, default="")
    template_id = models.CharField(_("DLT template id"), max_length=30, blank=True, default="")
    notice_template_id = models.CharField(
        _("DLT template id of notifications"),
        max_length=30,
        blank=True,
        default="",
        help_text=_("Empty: the same as that of codes."),
    )
    token = SecretField()
    only = models.BooleanField(default=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("text gateway")
        verbose_name_plural = _("text gateway")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            sealed_only("token", "messaging_gateway_sealed"),
            models.CheckConstraint(condition=Q(only=True), name="messaging_gateway_only_one"),
            models.CheckConstraint(
                condition=~Q(gateway="http") | ~Q(url=""), name="messaging_gateway_http_address"
            ),
        ]

    def __str__(self) -> str:
        return self.get_gateway_display()


class TextNumber(models.Model):
    """The phone on which a person wants notifications: he typed the code that was texted there."""

    kind: ClassVar[str] = "link"

    user = models.OneToOneField("accounts.User", on_delete=models.CASCADE, related_name="+")
    phone = models.CharField(_("phone"), max_length=20)
    confirmed_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(condition=~Q(phone=""), name="messaging_number_given"),
        ]

    def __str__(self) -> str:
        return f"{self.user_id}"


class TextPurpose(models.TextChoices):
    """``OVER``: a notification that a daily limit kept back; one such row for a person and day."""

    CODE = "code", _("code")
    NOTICE = "notification", _("notification")
    OVER = "over_limit", _("notifications over the daily limit")


class TextMessage(models.Model):
    """One text. ``not_before`` is also the lease of the worker that sends it. The text of a sent one is
    forgotten (it holds a code or a notification); the simulator keeps it, for that is what it is for.
    ``user_id``: whose notification it is."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields: ClassVar[tuple[str, ...]] = ("to",)

    to = models.CharField(_("to"), max_length=20)
    text = models.CharField(_("text"), max_length=640, blank=True, default="")
    purpose = models.CharField(_("purpose"), max_length=20, choices=TextPurpose.choices)
    user_id = models.BigIntegerField(null=True, editable=False)
    gateway = models.CharField(_("gateway"), max_length=10, choices=GatewayKind.choices)
    state = models.CharField(_("state"), max_length=8, choices=MailState.choices, default=MailState.QUEUED)
    attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    not_before = models.DateTimeField(auto_now_add=True)
    error = models.CharField(_("error"), max_length=300, blank=True, default="")
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    sent_at = models.DateTimeField(_("sent"), null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("text message")
        verbose_name_plural = _("text messages")
        ordering: ClassVar[list[str]] = ["-id"]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(
                fields=["not_before"], condition=Q(state=MailState.QUEUED), name="messaging_text_waiting"
            ),
            models.Index(
                fields=["created_at"],
                condition=Q(purpose__in=["notification", "over_limit"]),
                name="messaging_text_notices",
            ),
        ]

    def __str__(self) -> str:
        return self.to
