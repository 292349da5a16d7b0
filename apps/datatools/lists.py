"""Saved views: what each user keeps of each list, private or shared, and exports from lists."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _

from apps.core.access import may
from apps.core.admin.lists import ListState
from apps.core.errors import InvalidInput
from apps.core.locks import advisory_lock
from apps.core.uow import run_in_unit_of_work
from apps.datatools.exporting import export_answer, form_check
from apps.datatools.models import SavedView
from apps.datatools.models.exports import ExportSource
from apps.datatools.models.view import MOST_QUERY
from apps.datatools.pdf_list import pdf_check
from apps.datatools.services.exports import export_begin, is_large
from apps.datatools.services.records import export_record
from apps.datatools.services.views import SETS_ROLES, default_of, roles_to_share, states_for

MOST_COLUMNS, MOST_WIDTHS = 25, 60
NARROWEST, WIDEST = 40, 900  # pixels of a column


class SavedViewStore:
    """Keeps list states in ``SavedView``: the row without a name is what the user had last."""

    def load(self, user: Any, list_kind: str) -> ListState:
        state = ListState()
        rows = list(states_for(user).filter(list_kind=list_kind).order_by("name", "pk"))
        views = [row for row in rows if row.name]
        for last in rows[: len(rows) - len(views)]:
            state.query, state.columns, state.widths = last.query, list(last.columns), dict(last.widths)
        default = default_of(list_kind, user) if views else None
        if default is not None:
            state.opens = default.address
        state.views = [
            {
                "id": row.pk,
                "name": row.name,
                "query": row.query,
                "address": row.address,
                "columns": list(row.columns),
                "widths": dict(row.widths),
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
        _own(user, list_kind, {"query": query if len(query) <= MOST_QUERY else ""})

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


def columns_keep(list_kind: str, columns: list[str], widths: dict[str, int], *, by: Any) -> None:
    """The columns of a list for this user, and how wide they are; none goes back to the usual ones. Raises
    InvalidInput (``width``)."""
    names = [name for name in dict.fromkeys(columns) if name and len(name) <= 80]
    _own(by, list_kind, {"columns": names[:MOST_COLUMNS], "widths": _widths_checked(widths)})


def width_keep(list_kind: str, column: str, width: int | None, *, by: Any) -> None:
    """How wide one column is for this user, in pixels; None: as wide as it needs. Raises InvalidInput."""
    advisory_lock(f"datatools.widths:{list_kind}:of {by.pk}")  # two columns drawn at once
    last = SavedView.objects.filter(list_kind=list_kind, owner_id=by.pk, name="").first()
    widths = {name: value for name, value in (last.widths if last else {}).items() if name != column}
    if width is not None:
        widths[column] = width
    _own(by, list_kind, {"widths": _widths_checked(widths)})


def _widths_checked(widths: dict[str, int]) -> dict[str, int]:
    if not all(NARROWEST <= width <= WIDEST for width in widths.values()):
        text = _("A column is %(least)d to %(most)d pixels wide.") % {"least": NARROWEST, "most": WIDEST}
        raise InvalidInput(text, field="width")
    if not all(0 < len(name) <= 80 for name in widths):
        raise InvalidInput(_("Unknown column: %(n)s.") % {"n": "–"}, field="column", code="unknown")
    return dict(list(widths.items())[-MOST_WIDTHS:])
