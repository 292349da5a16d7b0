"""Organisations on the platform's host: how they come, what they may use, how they pause and go."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar

from django import forms
from django.contrib import admin, messages
from django.contrib.admin.helpers import ACTION_CHECKBOX_NAME
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.dateparse import parse_datetime
from django.utils.timezone import is_naive, make_aware
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST
from unfold.decorators import display
from unfold.widgets import (
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminEmailInputWidget,
    UnfoldAdminIntegerFieldWidget,
)

from apps.accounts.services.sessions import lately_confirmed
from apps.core.errors import BahiError, InvalidInput
from apps.core.keys import key_read
from apps.core.modules import all_modules, default_modules
from apps.platform.admin.figures import figures_page
from apps.platform.admin.site import PlatformAdmin, platform_site, proof_first
from apps.platform.choices import OverrideState
from apps.platform.models import Override
from apps.platform.selectors import newest_figures, newest_of, without_backup
from apps.platform.services.organisations import (
    PROVED,
    VERBS,
    organisation_change,
    organisation_enter,
    organisation_verb,
)
from apps.platform.services.override import (
    LIVE,
    forbidden_kept,
    override_address,
    override_ask,
    override_link,
)
from apps.platform.services.sign_up import organisation_link
from apps.tenancy.choices import Metric, OperatorAccess, OrganisationState
from apps.tenancy.first_run import progress_of
from apps.tenancy.lifecycle import organisation_step, steps_from
from apps.tenancy.models import Organisation, Plan
from apps.tenancy.services import provisioning
from apps.tenancy.services.limits import plan_set
from apps.tenancy.services.maintenance import maintenance_organisation

S = OrganisationState
TONES = {
    S.ACTIVE: "success", S.REQUESTED: "warning", S.APPROVED: "info", S.PROVISIONING: "info",
    S.SUSPENDED: "warning", S.ARCHIVED: "info", S.SCHEDULED: "danger",
    S.DELETING: "danger", S.FAILED: "danger",
}  # fmt: skip
LIMIT_FIELDS = {metric: f"limit_{metric}" for metric in Metric.values}


def _module_field() -> forms.MultipleChoiceField:
    return forms.MultipleChoiceField(
        label=gettext_lazy("Modules"),
        required=False,
        choices=lambda: [(m.key, m.title) for m in all_modules() if m.switchable],  # type: ignore[arg-type]  # the form calls it late
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
    )


def _limit_field(metric: str) -> forms.IntegerField:
    return forms.IntegerField(
        label=Metric(metric).label,
        min_value=0,
        max_value=2_000_000_000,
        required=False,
        widget=UnfoldAdminIntegerFieldWidget(),
    )


class OrganisationForm(forms.ModelForm):
    """A new one asks for its administrator, who is invited by mail once it stands."""

    enabled_modules = _module_field()
    administrator = forms.EmailField(
        label=gettext_lazy("First administrator's e-mail"),
        required=False,
        widget=UnfoldAdminEmailInputWidget(),
    )
    limit_users = _limit_field("users")
    limit_companies = _limit_field("companies")
    limit_storage = _limit_field("storage")
    limit_documents = _limit_field("documents")
    limit_api_calls = _limit_field("api_calls")

    class Meta:
        model = Organisation
        fields: ClassVar[tuple[str, ...]] = (
            "slug", "name", "plan", "enabled_modules", "time_zone", "language", "fiscal_year_start", "accent",
            "is_default",
        )  # fmt: skip

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not self.instance.pk:
            self.initial.setdefault("enabled_modules", default_modules())
        for metric, name in LIMIT_FIELDS.items():
            self.initial.setdefault(name, self.instance.own_limits.get(metric))

    def clean_administrator(self) -> str:
        email = self.cleaned_data["administrator"].strip().lower()
        if not self.instance.pk and not email:
            raise forms.ValidationError(_("Who is to be invited?"), code="required")
        return email

    def clean(self) -> dict[str, Any]:
        data = super().clean() or {}
        try:
            provisioning.modules_check(data.get("enabled_modules") or [], plan=data.get("plan"))
        except InvalidInput as error:
            self.add_error("enabled_modules", error.detail)
        return data

    def own_limits(self) -> dict[str, int | None]:
        """The limits that were filled in; the plan's hold for the others."""
        given = {metric: self.cleaned_data.get(name) for metric, name in LIMIT_FIELDS.items()}
        return {metric: value for metric, value in given.items() if value is not None}


class UpgradeFilter(admin.SimpleListFilter):
    title = gettext_lazy("upgrade")
    parameter_name = "upgrade"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("failed", _("Failed"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        return queryset.exclude(upgrade_error="") if self.value() == "failed" else queryset


class BackupFilter(admin.SimpleListFilter):
    title = gettext_lazy("backup")
    parameter_name = "backup"

    def lookups(self, request: Any, model_admin: Any) -> list[tuple[str, Any]]:
        return [("late", _("None of the last day"))]

    def queryset(self, request: Any, queryset: Any) -> Any:
        late = without_backup().values("pk")
        return queryset.filter(pk__in=late) if self.value() == "late" else queryset


class OrganisationAdmin(PlatformAdmin):
    form = OrganisationForm
    list_display: ClassVar[tuple[str, ...]] = (
        "name", "slug", "shown_state", "plan", "hosts", "module_count", "shown_use", "created_at",
    )  # fmt: skip
    list_filter: ClassVar[tuple[Any, ...]] = (
        "state",
        "plan",
        "maintenance",
        "is_demo",
        UpgradeFilter,
        BackupFilter,
    )
    search_fields: ClassVar[tuple[str, ...]] = (
        "name",
        "slug",
        "domains__domain",
        "sign_up__email",
        "sign_up__person",
    )
    list_select_related: ClassVar[tuple[str, ...]] = ("plan",)
    change_form_outer_before_template = "platform/admin/organisation_state.html"
    actions: ClassVar[tuple[str, ...]] = (
        "many_suspend",
        "many_restore",
        "many_archive",
        "many_schedule",
        "many_plan",
    )
    limits = (
        gettext_lazy("Limits of its own (empty: the plan's)"),
        {"fields": (tuple(LIMIT_FIELDS.values()),)},
    )
    add_fieldsets = (
        (None, {"fields": (("slug", "name"), ("administrator", "plan"))}),
        (gettext_lazy("Modules"), {"fields": ("enabled_modules",)}),
        limits,
        (gettext_lazy("Settings"), {"fields": (("time_zone", "language", "fiscal_year_start"),)}),
    )
    fieldsets = (
        (None, {"fields": (("slug", "name", "schema_name"), ("plan",))}),
        (gettext_lazy("Modules"), {"fields": ("enabled_modules",)}),
        limits,
        (gettext_lazy("Settings"), {"fields": (("time_zone", "language", "fiscal_year_start"),
                                           ("accent", "is_default"))}),
    )  # fmt: skip

    def get_fieldsets(self, request: HttpRequest, obj: Any = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> Any:
        return ("slug", "schema_name") if obj else ()

    def get_queryset(self, request: HttpRequest) -> Any:
        return super().get_queryset(request).prefetch_related("domains", newest_figures())

    @display(description=gettext_lazy("state"), label=TONES)
    def shown_state(self, obj: Any) -> Any:
        text = obj.get_state_display()
        if obj.upgrade_error:
            failed = _("upgrade failed")
            text = f"{text} – {failed}"
        if obj.maintenance:
            text = f"{text} – {_('maintenance')}"
        return obj.state, f"{text}: {_(obj.progress)}" if obj.progress else text

    @display(description=gettext_lazy("users, documents"))
    def shown_use(self, obj: Any) -> str:
        newest = newest_of(obj)
        return f"{newest.users}, {newest.documents}" if newest else "–"

    @display(description=gettext_lazy("hosts"))
    def hosts(self, obj: Any) -> str:
        return ", ".join(domain.domain for domain in obj.domains.all())

    @display(description=gettext_lazy("modules"))
    def module_count(self, obj: Any) -> int:
        return len(obj.enabled_modules)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        data = form.cleaned_data
        if change:
            values = {**data, "modules": data["enabled_modules"], "limits": form.own_limits()}
            organisation_change(obj, values=values)
            return
        made = organisation_enter(
            slug=data["slug"],
            name=data["name"],
            administrator=data["administrator"],
            plan=data["plan"],
            limits=form.own_limits(),
            modules=data["enabled_modules"],
            time_zone=data["time_zone"],
            language=data["language"],
            fiscal_year_start=data["fiscal_year_start"],
        )
        obj.pk, obj._state.adding = made.pk, False

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        obj = context.get("original")
        if obj is not None:
            context["proved"], context["page"] = lately_confirmed(request), _page(obj.pk)
            context["steps"] = [(step, step.name in PROVED) for step in steps_from(obj.state)]
            context["prove_steps"] = self._asks(context, obj)
            context["link"] = organisation_link(obj)
            context["visits"] = Override.objects.filter(organisation=obj, state__in=LIVE)
            context["jobs"] = obj.jobs.all()[:5]
            context["sign_up"] = getattr(obj, "sign_up", None) if obj.state == S.REQUESTED else None
            context["figure"] = obj.figures.first()
            context["limits"] = [
                (Metric(m).label, value) for m, value in obj.limits().items() if value is not None
            ]
        return super().render_change_form(request, context, *args, **kwargs)

    @staticmethod
    def _asks(context: dict[str, Any], obj: Organisation) -> bool:
        """Whether a step waits for a fresh proof that the page doesn't ask for further down, to enter."""
        enters = obj.state == S.ACTIVE and obj.operator_access != OperatorAccess.FORBID
        waits = obj.state == S.SCHEDULED or any(asks for _step, asks in context["steps"])
        return waits and not enters and not context["proved"]

    # --- what changes the state ---------------------------------------------------------------------

    def get_urls(self) -> list[Any]:
        def post(view: Any) -> Any:
            return self.admin_site.admin_view(require_POST(view))

        return [
            path("<int:pk>/state/<str:verb>/", post(self.state_change), name="tenancy_organisation_state"),
            path("<int:pk>/maintenance/", post(self.maintenance), name="tenancy_organisation_maintenance"),
            path("<int:pk>/override/", post(self.override), name="tenancy_organisation_override"),
            path(
                "<int:pk>/figures/",
                self.admin_site.admin_view(figures_page),
                name="tenancy_organisation_figures",
            ),
            path(
                "<int:pk>/progress/",
                self.admin_site.admin_view(self.progress),
                name="tenancy_organisation_progress",
            ),
            *super().get_urls(),
        ]

    def progress(self, request: HttpRequest, pk: int) -> HttpResponse:
        """What the page asks for every second while an organisation is being set up."""
        return JsonResponse(progress_of(_organisation(pk)))

    def state_change(self, request: HttpRequest, pk: int, verb: str) -> HttpResponse:
        organisation = _organisation(pk)
        if verb not in VERBS:
            raise Http404
        if verb in PROVED and (first := proof_first(request, _page(pk))) is not None:
            return first
        gone, data = verb in ("delete", "refuse"), request.POST
        asked = {"reason": data.get("reason", ""), "confirm": data.get("confirm", "")}
        if verb == "schedule" and asked["confirm"] != organisation.slug:  # it closes the organisation at once
            messages.error(request, _("Type the short name to confirm."))
            return _back(pk)
        if _said(request, lambda: organisation_verb(organisation, verb, **asked)) and gone:
            return HttpResponseRedirect(reverse("platform:tenancy_organisation_changelist"))
        return _back(pk)

    def maintenance(self, request: HttpRequest, pk: int) -> HttpResponse:
        organisation, data = _organisation(pk), request.POST
        until = moment_of(data.get("until", ""))
        _said(
            request,
            lambda: maintenance_organisation(
                organisation, on=data.get("on") == "1", text=data.get("text", ""), until=until
            ),
        )
        return _back(pk)

    def override(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Ask to enter; where it is granted at once, the next page has the one-time link."""
        organisation = _organisation(pk)
        if (first := proof_first(request, _page(pk))) is not None:
            return first
        try:
            visit = self._visit(request, organisation)
            if visit.state == OverrideState.ASKED:
                messages.success(request, _("The organisation's administrators are asked."))
                return _back(pk)
            token = override_link(visit, by=request.user)  # type: ignore[arg-type]  # the platform's pages ask for a sign-in
        except BahiError as error:
            messages.error(request, error.detail)
            return _back(pk)
        context = {
            **self.admin_site.each_context(request),
            "title": _("Enter %(name)s") % {"name": organisation.name},
            "visit": visit,
            "link": override_address(visit, token),
            "organisation_row": organisation,
        }
        return render(request, "platform/admin/override_link.html", context)

    @staticmethod
    def _visit(request: HttpRequest, organisation: Organisation) -> Override:
        """The visit that was granted meanwhile, or a new one. Raises Http404, InvalidInput, Refused."""
        data = request.POST
        if data.get("visit"):
            found = Override.objects.filter(organisation=organisation, pk=key_read(data["visit"])).first()
            if found is None:
                raise Http404
            return found
        reason, minutes = data.get("reason", ""), key_read(data.get("minutes", "60")) or 0
        may_write, by = data.get("write") == "1", request.user
        with forbidden_kept(organisation, reason=reason):
            return override_ask(organisation, by=by, reason=reason, minutes=minutes, may_write=may_write)  # type: ignore[arg-type]  # operators only come here

    # --- many at once ---------------------------------------------------------------------------------

    @admin.action(description=gettext_lazy("Suspend"))
    def many_suspend(self, request: HttpRequest, queryset: Any) -> Any:
        return self._many(request, queryset, "many_suspend", needs_reason=True)

    @admin.action(description=gettext_lazy("Open again"))
    def many_restore(self, request: HttpRequest, queryset: Any) -> Any:
        return self._many(request, queryset, "many_restore")

    @admin.action(description=gettext_lazy("Archive"))
    def many_archive(self, request: HttpRequest, queryset: Any) -> Any:
        return self._many(request, queryset, "many_archive", needs_reason=True)

    @admin.action(description=gettext_lazy("Delete in 30 days"))
    def many_schedule(self, request: HttpRequest, queryset: Any) -> Any:
        return self._many(request, queryset, "many_schedule")

    @admin.action(description=gettext_lazy("Change the plan"))
    def many_plan(self, request: HttpRequest, queryset: Any) -> Any:
        return self._many(request, queryset, "many_plan", plans=True)

    def _many(
        self,
        request: HttpRequest,
        queryset: Any,
        action: str,
        *,
        needs_reason: bool = False,
        plans: bool = False,
    ) -> HttpResponse | None:
        """Ask first, then do it to each; one that refuses doesn't stop the others."""
        if action.removeprefix("many_") in PROVED and (first := proof_first(request, request.path)):
            return first
        if request.POST.get("sure") != "1":
            context = {
                **self.admin_site.each_context(request),
                "title": self.get_action(action)[2],
                "rows": queryset,
                "action": action,
                "needs_reason": needs_reason,
                "plans": Plan.objects.all() if plans else None,
                "checkbox": ACTION_CHECKBOX_NAME,
            }
            return render(request, "platform/admin/many.html", context)
        done = 0
        for organisation in queryset:
            try:
                _one_of_many(organisation, action.removeprefix("many_"), request.POST)
                done += 1
            except BahiError as error:
                messages.error(request, f"{organisation.name}: {error.detail}")
        if done:
            messages.success(request, _("Done for %(n)d organisations.") % {"n": done})
        return None


def _one_of_many(organisation: Organisation, verb: str, data: Any) -> None:
    if verb == "plan":
        plan = Plan.objects.filter(code=data.get("plan", "")).first()
        plan_set(organisation, plan=plan, own_limits=organisation.own_limits)
    else:
        organisation_step(organisation, verb, reason=data.get("reason", ""))


def _organisation(pk: int) -> Organisation:
    found = Organisation.objects.select_related("plan").filter(pk=pk).first()
    if found is None:
        raise Http404
    return found


def _page(pk: int) -> str:
    return reverse("platform:tenancy_organisation_change", args=[pk])


def _back(pk: int) -> HttpResponseRedirect:
    return HttpResponseRedirect(_page(pk))


def _said(request: HttpRequest, work: Callable[[], Any]) -> bool:
    try:
        work()
    except BahiError as error:
        messages.error(request, error.detail)
        return False
    messages.success(request, _("Done."))
    return True


def moment_of(text: str) -> Any:
    """The moment that a ``datetime-local`` field sent; None when it is empty or no moment."""
    found = parse_datetime(text) if text else None
    return make_aware(found) if found is not None and is_naive(found) else found


platform_site.register(Organisation, OrganisationAdmin)
