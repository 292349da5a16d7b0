"""The pages of settings, made of what the apps declare in their ``settings.py``."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.forms import RefusalForm
from apps.company.models import Company
from apps.company.services.settings import (
    setting_reset,
    settings_apps,
    settings_changes,
    settings_companies,
    settings_kept,
    settings_save,
)
from apps.core.access import access_of
from apps.core.admin.menu import register_page
from apps.core.admin.site import admin_site
from apps.core.errors import BahiError
from apps.core.modules import module_of_app
from apps.core.typed_settings import Kept, Setting, settings_declared
from apps.core.uow import run_in_unit_of_work


class SettingsForm(RefusalForm):
    """One field for each setting. Each carries what it showed, so that only what was changed is saved."""

    def __init__(self, items: list[Setting], values: dict[str, Any], *args: Any) -> None:
        super().__init__(*args, initial={item.name: values[item.key] for item in items})
        for item in items:
            field = item.form_field()
            field.show_hidden_initial = True
            field.widget.attrs.setdefault("class", _input_class(field))
            self.fields[item.name] = field

    def changed(self) -> dict[str, Any]:
        return {name: self.cleaned_data[name] for name in self.changed_data}


def _input_class(field: forms.Field) -> str:
    plain = isinstance(field, forms.BooleanField) or isinstance(field.widget, forms.CheckboxSelectMultiple)
    return "" if plain else "bahi-input"


def index(request: HttpRequest) -> HttpResponse:
    """The modules that have settings which this user may change."""
    cards = []
    for app in settings_apps(request.user):
        items = settings_declared(app)
        names = ", ".join(str(item.title) for item in items[:4]) + (" …" if len(items) > 4 else "")
        cards.append({"app": app, "title": app_title(app), "icon": _icon(app), "names": names})
    cards.sort(key=lambda card: str(card["title"]))
    context = {**admin_site.each_context(request), "title": _("Settings"), "cards": cards}
    return TemplateResponse(request, "company/settings.html", context)


def page(request: HttpRequest, app_label: str) -> HttpResponse:
    """The settings of one app; ``?company=`` shows what one company has otherwise."""
    if app_label not in settings_apps(request.user):
        raise Http404
    companies = list(settings_companies(request.user).order_by("code"))
    company = _chosen(request, companies)
    items = [item for item in settings_declared(app_label) if company is None or item.per_company]
    keys = [item.key for item in items]
    kept = settings_kept(keys, company.pk if company else None)
    values = {item.key: kept.value(item) for item in items}
    form = SettingsForm(items, values, *([request.POST] if request.method == "POST" else []))
    if request.method == "POST" and _change(request, app_label, company, form):
        return HttpResponseRedirect(_address(app_label, company))
    context = {
        **admin_site.each_context(request),
        "title": app_title(app_label),
        "app": app_label,
        "companies": companies if any(item.per_company for item in settings_declared(app_label)) else [],
        "company": company,
        "whole_allowed": access_of(request.user).company_ids is None,
        "groups": _groups(items, form, kept, company),
        "form": form,
        "changes": settings_changes(app_label),
    }
    return TemplateResponse(request, "company/settings_page.html", context)


def _change(request: HttpRequest, app_label: str, company: Company | None, form: SettingsForm) -> bool:
    """Save or reset; False when the page must be shown again with what is wrong."""
    reset, user = request.POST.get("reset", ""), request.user
    if reset:
        known = {item.name: item.key for item in settings_declared(app_label)}
        if reset not in known:
            raise Http404
        done = _("Back to what it comes with.")
        return _run(request, lambda: setting_reset(known[reset], company=company, by=user), done)
    if not form.is_valid():
        return False
    try:
        names = run_in_unit_of_work(
            lambda: settings_save(app_label, form.changed(), company=company, by=user)
        )
    except BahiError as error:
        form.refuse(error)
        return False
    messages.success(request, _("Saved.") if names else _("Nothing was changed."))
    return True


def _run(request: HttpRequest, work: Callable[[], Any], done: str) -> bool:
    try:
        run_in_unit_of_work(work)
    except BahiError as error:
        messages.error(request, str(error.detail))
    else:
        messages.success(request, done)
    return True


def _groups(
    items: list[Setting], form: SettingsForm, kept: Kept, company: Company | None
) -> list[dict[str, Any]]:
    """The fields under their headings, each with its default and whether it was set here."""
    groups: dict[str, list[dict[str, Any]]] = {}
    for item in items:
        here = kept.organisation if company is None else kept.company
        base = item.default if company is None else kept.for_all(item)
        groups.setdefault(str(item.group), []).append(
            {
                "field": form[item.name],
                "setting": item,
                "is_set": item.key in here,
                "default": item.shown(base),
                "several": item.type_name == "choices",
                "switch": item.type_name == "boolean",
            }
        )
    return [{"title": title, "rows": rows} for title, rows in groups.items()]


def _chosen(request: HttpRequest, companies: list[Company]) -> Company | None:
    """The company of ``?company=``; of who is limited to some the first of them, else None (all)."""
    wanted = request.GET.get("company", "")
    if wanted:
        found = next((row for row in companies if str(row.pk) == wanted), None)
        if found is None:
            raise Http404
        return found
    return None if access_of(request.user).company_ids is None else next(iter(companies), None)


def _address(app_label: str, company: Company | None) -> str:
    return reverse("settings_page", args=[app_label]) + (f"?company={company.pk}" if company else "")


def app_title(app_label: str) -> str:
    """How the page of an app's settings is called."""
    module = module_of_app(app_label)
    return str(TITLES.get(app_label) or (module.title if module and module.title else app_label))


def _icon(app_label: str) -> str:
    module = module_of_app(app_label)
    return module.icon if module else "settings"


TITLES = {
    "documents": gettext_lazy("Printed documents"),
    "messaging": gettext_lazy("Mails and notifications"),
    "runtime": gettext_lazy("Background work"),
}
index = admin_site.admin_view(index)
page = admin_site.admin_view(page)
for _view in (index, page):
    _view.bahi_app = "company"
register_page(
    "company",
    "settings_index",
    gettext_lazy("Settings"),
    icon="settings",
    allowed=lambda user: bool(settings_apps(user)),
)
