from __future__ import annotations

from typing import ClassVar

from django.core.validators import RegexValidator
from django.db import models
from django.utils.translation import gettext_lazy as _

COLOUR = RegexValidator(r"^#[0-9a-fA-F]{6}$", _("A colour such as #0b63a5."))


class SignInLook(models.Model):
    """How sign-in pages look: the platform's (no organisation) and each organisation's own."""

    kind: ClassVar[str] = "log"

    organisation = models.OneToOneField(
        "tenancy.Organisation", null=True, blank=True, on_delete=models.CASCADE, related_name="look"
    )
    text = models.CharField(_("text under the name"), max_length=300, blank=True, default="")
    accent = models.CharField(
        _("colour of buttons"), max_length=7, blank=True, default="", validators=[COLOUR]
    )
    background = models.CharField(
        _("colour of the page"), max_length=7, blank=True, default="", validators=[COLOUR]
    )
    logo = models.BinaryField(null=True, editable=False)
    logo_digest = models.CharField(max_length=16, blank=True, default="")
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        verbose_name = verbose_name_plural = _("look of the sign-in pages")
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.UniqueConstraint(
                models.Value(1), condition=models.Q(organisation=None), name="platform_one_own_look"
            ),
        ]

    def __str__(self) -> str:
        return str(self.organisation or _("Platform"))
