"""Who runs the platform: a list to look at, and to end or help one of them by."""

from __future__ import annotations

from collections.abc import Callable
from copy import copy
from typing import Any, ClassVar

from django.contrib import admin, messages
from django.db.models import Exists, OuterRef
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.decorators import display

from apps.accounts.models import SecondFactor, User
from apps.core.errors import BahiError
from apps.platform.admin.site import ReadOnlyPlatformAdmin, platform_site, proof_first
from apps.platform.services.operators import operator_end, operator_factors_reset, operators

PAGE = "platform:accounts_user_changelist"


class OperatorAdmin(ReadOnlyPlatformAdmin):
    list_display: ClassVar[tuple[str, ...]] = ("email", "name", "shown_state", "has_factor", "last_login")
    list_display_links = None
    search_fields: ClassVar[tuple[str, ...]] = ("email", "name")
    fields: ClassVar[tuple[str, ...]] = ("email", "name", "last_login")
    actions: ClassVar[tuple[str, ...]] = ("end", "factors_off")

    def __init__(self, model: Any, admin_site: Any) -> None:
        """Called operators, not users: those are an organisation's."""
        super().__init__(model, admin_site)
        self.opts = copy(model._meta)
        self.opts.verbose_name, self.opts.verbose_name_plural = (
            gettext_lazy("operator"),
            gettext_lazy("operators"),
        )

    def changelist_view(self, request: HttpRequest, extra_context: Any = None) -> HttpResponse:
        context = {"title": _("Operators"), "opts": self.opts, **(extra_context or {})}
        return super().changelist_view(request, context)

    def get_changelist_instance(self, request: HttpRequest) -> Any:
        found = super().get_changelist_instance(request)
        found.opts = self.opts
        return found

    def get_queryset(self, request: HttpRequest) -> Any:
        factors = SecondFactor.objects.filter(user=OuterRef("pk"), confirmed_at__isnull=False)
        return operators().annotate(factor=Exists(factors)).order_by("email")

    @display(description=gettext_lazy("state"), label={"on": "success", "off": "danger"})
    def shown_state(self, obj: Any) -> Any:
        return ("on", _("Active")) if obj.is_active else ("off", _("Switched off"))

    @display(description=gettext_lazy("second factor"), boolean=True)
    def has_factor(self, obj: Any) -> bool:
        return bool(obj.factor)

    @admin.action(description=gettext_lazy("Switch off and end the visits"), permissions=["view"])
    def end(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._each(request, queryset, operator_end)

    @admin.action(description=gettext_lazy("Remove second factors"), permissions=["view"])
    def factors_off(self, request: HttpRequest, queryset: Any) -> HttpResponse | None:
        return self._each(request, queryset, operator_factors_reset)

    def _each(self, request: HttpRequest, queryset: Any, work: Callable[..., None]) -> HttpResponse | None:
        """Only for who proved lately that it is he, as where people of an organisation are changed."""
        if (first := proof_first(request, reverse(PAGE))) is not None:
            return first
        done = 0
        for operator in queryset:
            try:
                work(operator, by=request.user)
                done += 1
            except BahiError as error:
                messages.error(request, f"{operator.email}: {error.detail}")
        if done:
            messages.success(request, _("Done."))
        return None


platform_site.register(User, OperatorAdmin)
