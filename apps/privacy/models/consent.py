from __future__ import annotations

from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from apps.core.models import MasterModel
from apps.core.scope import Scope, ScopedManager


class Purpose(MasterModel):
    """What an organisation asks consent for, in the words that the person is shown (DPDP Act 2023 s.5).

    ``notice_version`` grows with each change of the notice; what a version said is in the history.
    """

    code = models.CharField(_("code"), max_length=40, unique=True)
    name = models.CharField(_("name"), max_length=120)
    notice = models.TextField(_("notice"), max_length=4000)
    notice_version = models.PositiveIntegerField(_("version of the notice"), default=1, editable=False)

    class Meta(MasterModel.Meta):
        verbose_name = _("purpose of consent")
        verbose_name_plural = _("purposes of consent")
        ordering: ClassVar[list[str]] = ["name"]

    def save(self, *args: Any, **kwargs: Any) -> None:
        before = type(self)._base_manager.filter(pk=self.pk).values_list("notice", flat=True).first()
        if before is not None and before != self.notice:
            self.notice_version += 1
            if kwargs.get("update_fields") is not None:
                kwargs["update_fields"] = {*kwargs["update_fields"], "notice_version"}
        super().save(*args, **kwargs)


class ConsentMeans(models.TextChoices):
    FORM = "form", _("Form")
    PAPER = "paper", _("Paper")
    MAIL = "mail", _("E-mail")
    SPOKEN = "spoken", _("By word of mouth")
    LINK = "link", _("Link in a mail")


class Consent(models.Model):
    """That somebody agreed to a purpose, when, how, and to which version of the notice; and that he took it
    back (DPDP Act 2023 s.6(4), and s.6(10): the organisation has to prove it)."""

    kind: ClassVar[str] = "log"
    has_surface: ClassVar[bool] = True
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields: ClassVar[tuple[str, ...]] = ("email",)

    purpose = models.ForeignKey(
        Purpose, verbose_name=_("purpose"), on_delete=models.PROTECT, related_name="consents"
    )
    email = models.EmailField(_("e-mail"))
    target_kind = models.CharField(max_length=60, blank=True, default="")
    target_id = models.BigIntegerField(null=True)
    notice_version = models.PositiveIntegerField(_("version of the notice"))
    given_at = models.DateTimeField(_("given"), auto_now_add=True)
    given_means = models.CharField(_("given by"), max_length=8, choices=ConsentMeans.choices)
    given_by_id = models.BigIntegerField(null=True)
    withdrawn_at = models.DateTimeField(_("withdrawn"), null=True)
    withdrawn_means = models.CharField(
        _("withdrawn by"), max_length=8, choices=ConsentMeans.choices, blank=True, default=""
    )
    withdrawn_by_id = models.BigIntegerField(null=True)

    objects = ScopedManager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering: ClassVar[list[str]] = ["-id"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                fields=["purpose", "email"],
                condition=models.Q(withdrawn_at=None),
                name="privacy_consent_one_open",
            )
        ]
        indexes: ClassVar[list[models.Index]] = [
            models.Index(fields=["target_kind", "target_id"], name="privacy_consent_target"),
        ]

    def __str__(self) -> str:
        return f"{self.email}: {self.purpose}"
