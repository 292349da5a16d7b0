"""Bulk actions of a list of documents: a page says what will happen to which, asks what the transition asks
for, and only then is it done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from apps.core.access import may
from apps.core.admin.acting import ActRow, act_field, act_going, act_ids, act_page, link_cell
from apps.core.admin.columns import amount_shown
from apps.core.admin.urls import admin_url
from apps.core.formats import show_date
from apps.core.guards import open_names
from apps.core.scope import kind_of
from apps.core.uow import run_in_unit_of_work
from apps.documents.bulk import refused_at_sight, transition_many, transition_trial
from apps.documents.lifecycle import Ask, Transition, lifecycle_of
from apps.documents.tasks import run_transitions
from apps.runtime.services.jobs import job_start

INLINE_LIMIT = 20  # so many are tried and done while the person waits; more go to a job
SHOWN = 200
ASKED = ("text", "textarea", "date", "choice", "money", "decimal")
BLANK = "–"  # stands for a required text that nobody gave yet, while trying


class BulkTransitions:
    """Mixin of the admin class of every document."""

    model: Any
    admin_site: Any

    def get_actions(self, request: HttpRequest) -> dict[str, Any]:
        actions: dict[str, Any] = super().get_actions(request)  # type: ignore[misc]  # a mixin: the admin class beside it has the method
        actions.pop("delete_selected", None)
        for item in lifecycle_of(self.model).transitions:
            if item.in_bulk and may(request.user, item.permission):
                actions[f"bulk_{item.name}"] = (_bulk_action(item), f"bulk_{item.name}", str(item.label))
        return actions

    def bulk(self, request: HttpRequest, queryset: Any, item: Transition) -> HttpResponse | None:
        """The page of a bulk action; on its button the action itself."""
        ids = act_ids(request, queryset.order_by("date", "pk"))
        data = _given(request, item)
        if act_going(request) and all(ask.name in data for ask in item.asks if ask.required):
            self._run(request, ids, item, data)
            return None
        return self._page(request, ids, item, data)

    def _page(
        self, request: HttpRequest, ids: list[int], item: Transition, data: dict[str, Any]
    ) -> HttpResponse:
        documents = list(self._documents(request, ids[:SHOWN]))
        many = len(ids) > INLINE_LIMIT
        rows, late = self._tried(request, documents, item, data, whole=not many)
        in_job = _(
            "These are many documents: the work runs in the background and tells what was refused. "
            "Here only their states were looked at."
        )
        return act_page(
            self,
            request,
            action=f"bulk_{item.name}",
            title=f"{item.label}: {len(ids)} {self.model._meta.verbose_name_plural}",
            label=item.label,
            heads=[_("Document"), _("Date"), _("Party"), _("Amount"), _("Status")],
            rows=rows,
            ids=ids,
            fields=[
                act_field(
                    request, ask.name, ask.label, kind=ask.kind, required=ask.required, choices=ask.choices
                )
                for ask in asks_of(item, request.user, late)
            ],
            danger=item.style == "danger",
            notes=[in_job if many else "", item.confirm],
            hidden=max(len(ids) - SHOWN, 0),
        )

    def _documents(self, request: HttpRequest, ids: list[int]) -> Any:
        names = {field.name for field in self.model._meta.concrete_fields}
        related = [name for name in ("company", "currency", "party") if name in names]
        found = self.model.objects.for_user(request.user).filter(pk__in=ids).order_by("date", "pk")
        return found.select_related(*related)

    def _tried(
        self,
        request: HttpRequest,
        documents: list[Any],
        item: Transition,
        data: dict[str, Any],
        *,
        whole: bool,
    ) -> tuple[list[ActRow], set[str]]:
        """A row for each document with what would happen, and the codes of what was refused."""
        errors = {}
        if whole:
            blanks = {
                ask.name: BLANK for ask in item.asks if ask.required and ask.kind in ("text", "textarea")
            }
            errors = transition_trial(documents, item.name, by=request.user, data={**blanks, **data})
        states = lifecycle_of(self.model)
        rows = []
        for document in documents:
            state = states.state(document.status)
            reason = str(errors[document.pk].detail) if document.pk in errors else ""
            if not whole and refused_at_sight(document, item):
                reason = _("Not possible while it is “%(state)s”.") % {"state": state.label}
            badge = format_html('<span class="bahi-badge bahi-badge--{}">{}</span>', state.tone, state.label)
            party = getattr(document, "party_name", "") or getattr(document, "party", None) or ""
            cells = (
                link_cell(admin_url(document), document),
                show_date(document.date),
                party,
                _amount(document, request.user),
                badge,
            )
            rows.append(ActRow(cells, reason))
        return rows, {error.code for error in errors.values()}

    def _run(self, request: HttpRequest, ids: list[int], item: Transition, data: dict[str, Any]) -> None:
        """A few documents at once here, more of them in a job that can be watched or left."""
        if len(ids) > INLINE_LIMIT:
            return self._start_job(request, ids, item, data)
        done, refused = transition_many(self.model, ids, item.name, by=request.user, data=data)
        if done:
            text = ngettext("%(n)d document done.", "%(n)d documents done.", done) % {"n": done}
            messages.success(request, text)
        for number, detail in refused[:10]:
            messages.error(request, f"{number}: {detail}")
        return None

    def _start_job(
        self, request: HttpRequest, ids: list[int], item: Transition, data: dict[str, Any]
    ) -> None:
        title = f"{item.label}: {len(ids)} {self.model._meta.verbose_name_plural}"
        job = run_in_unit_of_work(
            lambda: job_start(
                run_transitions,
                title=title,
                by=request.user,
                kind=kind_of(self.model),
                ids=ids,
                name=item.name,
                data=data,
            )
        )
        text = format_html('{} <span data-bahi-job="{}"></span>', _("Started in the background:"), job.pk)
        messages.info(request, text)


def _bulk_action(item: Transition) -> Any:
    def action(model_admin: BulkTransitions, request: HttpRequest, queryset: Any) -> Any:
        return model_admin.bulk(request, queryset, item)

    return action


def asks_of(item: Transition, user: Any, late: set[str]) -> list[Ask]:
    """What a bulk action asks for: as the dialog of one document, with what only a refusal asks for where
    one of the documents was refused so and the person may go on."""
    return [
        ask
        for ask in item.asks
        if ask.kind in ASKED
        and (not ask.after or any(code in late and may(user, needed) for code, needed in ask.after))
        and not ask.suggest  # each document has its own
    ]


def _given(request: HttpRequest, item: Transition) -> dict[str, Any]:
    """What was filled in."""
    found = {ask.name: request.POST.get(f"ask_{ask.name}", "").strip() for ask in item.asks}
    return {name: value for name, value in found.items() if value}


def _amount(document: Any, user: Any) -> str:
    """The document's amount in its currency; empty for one of goods, and for whoever may not see it."""
    shown = open_names(type(document), [document.amount_field], user) if document.amount_field else []
    return amount_shown(getattr(document, shown[0]), document) if shown else ""
