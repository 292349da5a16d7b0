"""People of one organisation (in ``public``: platform operators). They sign in by e-mail."""

from __future__ import annotations

from functools import cached_property
from typing import Any, ClassVar

from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.contrib.auth.models import PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from apps.core.access import NO_ACCESS, Access
from apps.core.actor import scopes_of_job, visit_of_job
from apps.core.models.history import tracked_history
from apps.core.scope import Scope, ScopedQuerySet
from apps.core.visits import visit_open


class UserQuerySet(ScopedQuerySet):
    def for_user(self, user: Any, action: str = "view") -> UserQuerySet:
        """People who work here: those of customers and vendors are nobody to choose, mention or list."""
        return super().for_user(user, action).filter(is_portal=False)  # type: ignore[return-value]  # the filter keeps the class


class UserManager(BaseUserManager.from_queryset(UserQuerySet)):  # type: ignore[misc]  # made from a queryset at run time
    def get_by_natural_key(self, username: str | None) -> User:
        return self.get(email=(username or "").strip().lower())

    def create_user(self, email: str, password: str | None = None, **extra: Any) -> User:
        """A user with this e-mail (kept in lower case) and password (None: can't sign in yet)."""
        user = self.model(email=email.strip().lower(), **extra)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None, **extra: Any) -> User:
        return self.create_user(email, password, is_superuser=True, is_staff=True, **extra)


class User(AbstractBaseUser, PermissionsMixin):
    """is_staff: may work in the admin. Rights come from roles only (and is_superuser in ``public``).

    is_portal: belongs to a customer or vendor (``customer_portal``) and never comes further than the portal.
    """

    kind: ClassVar[str] = "master"
    tracked: ClassVar[bool] = False
    scope: ClassVar[Scope] = Scope(shared=True)
    search_fields: ClassVar[tuple[str, ...]] = ("email", "name")

    email = models.EmailField(_("e-mail"), unique=True)
    name = models.CharField(_("name"), max_length=120)
    phone = models.CharField(_("phone"), max_length=20, blank=True, default="")
    is_active = models.BooleanField(_("active"), default=True)
    is_staff = models.BooleanField(_("works in the back office"), default=True)
    is_portal = models.BooleanField(_("of a customer or vendor"), default=False, editable=False)
    roles = models.ManyToManyField("accounts.Role", verbose_name=_("roles"), blank=True, related_name="users")
    department = models.ForeignKey(
        "accounts.Department", verbose_name=_("department"), null=True, blank=True, on_delete=models.PROTECT
    )
    teams = models.ManyToManyField(
        "accounts.Team", verbose_name=_("teams"), blank=True, related_name="members"
    )
    language = models.CharField(
        _("language"), max_length=8, default="en", choices=[("en", "English"), ("hi", "हिन्दी")]
    )
    theme = models.CharField(
        _("theme"),
        max_length=8,
        default="auto",
        choices=[("auto", _("Same as system")), ("light", _("Light")), ("dark", _("Dark"))],
    )
    density = models.CharField(
        _("density"),
        max_length=12,
        default="compact",
        choices=[("compact", _("Compact")), ("comfortable", _("Comfortable"))],
    )
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        default="",
        help_text=_("Empty: the organisation's."),
    )
    favourites = models.JSONField(default=list, blank=True)
    quick_create = ArrayField(models.CharField(max_length=60), default=list, blank=True)
    created_at = models.DateTimeField(auto_now_add=True, editable=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    version = models.PositiveIntegerField(default=1, editable=False)

    USERNAME_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    key_scopes: tuple[str, ...] | None = None  # of the API key by which he comes just now, if it has limits

    objects = UserManager()
    history = tracked_history("password", "last_login")

    class Meta:
        verbose_name = _("user")
        verbose_name_plural = _("users")
        ordering: ClassVar[list[str]] = ["name", "email"]
        constraints: ClassVar[list[models.BaseConstraint]] = [
            models.CheckConstraint(
                condition=Q(is_portal=False) | Q(is_staff=False, is_superuser=False),
                name="accounts_user_portal_is_no_staff",
            )
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def save(self, *args: Any, **kwargs: Any) -> None:
        if list(kwargs.get("update_fields") or []) == ["last_login"]:
            User.objects.filter(pk=self.pk).untracked_update(last_login=self.last_login)
            return
        self.email = (self.email or "").strip().lower()
        super().save(*args, **kwargs)

    @cached_property
    def access(self) -> Access:
        """What this user may do and see; worked out once for this object (one request)."""
        from apps.accounts.selectors import access_load

        if (pk := visit_of_job(self.pk)) is not None:
            visit = visit_open(pk, self)
            return visit.access if visit else NO_ACCESS
        access, scopes = access_load(self), scopes_of_job(self.pk)
        if scopes is None:
            return access
        from apps.accounts.services.keys import access_within

        return access_within(access, scopes)

    def has_perm(self, perm: str, obj: Any = None) -> bool:
        return self.is_active and self.access.has(perm)

    def has_module_perms(self, app_label: str) -> bool:
        return self.is_active and self.access.has_module(app_label)

    @property
    def pending_email(self) -> str:
        """The new address that has yet to confirm that it is his; empty when none is waited for."""
        links = self.__dict__.get("email_links")
        if links is None:
            from apps.accounts.services.addresses import email_links

            links = email_links(self.access_links) if self.pk else []
        return next((link.new_email for link in links), "")

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ", 1)[0]
