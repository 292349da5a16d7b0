"""Saved views: what each user keeps of each list, private or shared, and exports from lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.admin.lists import ListState
from apps.core.uow import run_in_unit_of_work
from apps.datatools.exporting import export_answer, form_check
from apps.datatools.models import SavedView
from apps.datatools.models.exports import ExportSource
from apps.datatools.pdf_list import pdf_check
from apps.datatools.services.exports import export_begin, is_large
from apps.datatools.services.records import export_record
from apps.datatools.services.views import SETS_ROLES, default_of, roles_to_share, states_for

MOST_COLUMNS = 25


class SavedViewStore:
    """Keeps list states in ``SavedView``: the row without a name is what the user had last."""

    def load(self, user: Any, list_kind: str) -> ListState:
        state = ListState()
        rows = list(states_for(user).filter(list_kind=list_kind).order_by("name", "pk"))
        views = [row for row in rows if row.name]
        for last in rows[: len(rows) - len(views)]:
            state.query, state.columns = last.query, list(last.columns)
        default = default_of(list_kind, user) if views else None
        if default is not None:
            state.opens = default.query
        state.views = [
            {
                "id": row.pk,
                "name": row.name,
                "query": row.query,
                "shared": row.is_shared,
                "mine": row.owner_id == user.pk,
                "default": default is not None and row.pk == default.pk,
            }
            for row in views
        ]
        return state

    def choices(self, user: Any) -> dict[str, Any]:
        """With which roles a view can be shared, and whether he may choose what a role's lists open with."""
        roles = roles_to_share(user).order_by("name").values("pk", "name")
        return {"roles": list(roles), "sets_roles": may(user, SETS_ROLES)}

    def keep(self, user: Any, list_kind: str, query: str) -> None:
        _own(user, list_kind, {"query": query})

    def export(
        self, view: Any, queryset: Any, form: str, list_kind: str, company_id: int | None
    ) -> HttpResponse:
        """The file, or the page that shows how a large one is made."""
        form_check(form)
        if not is_large(queryset):
            answer = export_answer(view, queryset, form=form)
            export_record(view.model, form, view.request)
            return answer
        pdf_check(form, queryset)
        request = view.request
        title = str(view.model._meta.verbose_name_plural).capitalize()
        asked = {"query": request.GET.urlencode(), "company": company_id}

        def begin() -> None:
            export_begin(ExportSource.LIST, list_kind, form, asked, title=title, by=request.user)
            export_record(view.model, form, request)

        run_in_unit_of_work(begin)
        messages.info(request, _("The file is made in the background; you are told when it is ready."))
        return HttpResponseRedirect(reverse("exports"))


def _own(user: Any, list_kind: str, values: dict[str, Any]) -> None:
    SavedView.objects.update_or_create(list_kind=list_kind, owner_id=user.pk, name="", defaults=values)


def columns_keep(list_kind: str, columns: list[str], *, by: Any) -> None:
    """The columns of a list for this user; none goes back to the usual ones."""
    names = [name for name in dict.fromkeys(columns) if name and len(name) <= 80]
    _own(by, list_kind, {"columns": names[:MOST_COLUMNS]})
