"""Saved views: what each user keeps of each list, private or shared, and exports from lists."""

from __future__ import annotations

from typing import Any

from django.db.models import Q
from django.http import HttpResponse
from django.utils.translation import gettext as _

from apps.core.admin.lists import ListState
from apps.core.errors import InvalidInput, NotFound
from apps.datatools.exporting import export_answer
from apps.datatools.models import SavedView
from apps.datatools.services.records import export_record

MOST_VIEWS = 30
MOST_COLUMNS = 25


class SavedViewStore:
    """Keeps list states in ``SavedView``: the row without a name is what the user had last."""

    def load(self, user: Any, list_kind: str) -> ListState:
        state = ListState()
        own_or_shared = Q(owner_id=user.pk) | Q(is_shared=True)
        for row in SavedView.objects.filter(own_or_shared, list_kind=list_kind).order_by("name", "pk"):
            if row.name:
                mine = row.owner_id == user.pk
                entry = {"id": row.pk, "name": row.name, "query": row.query, "shared": row.is_shared}
                state.views.append({**entry, "mine": mine})
            elif row.owner_id == user.pk:
                state.query, state.columns = row.query, list(row.columns)
        return state

    def keep(self, user: Any, list_kind: str, query: str) -> None:
        _own(user, list_kind, {"query": query})

    def export(self, view: Any, queryset: Any, form: str) -> HttpResponse:
        answer = export_answer(view, queryset, form=form)
        export_record(view.model, form, view.request)
        return answer


def _own(user: Any, list_kind: str, values: dict[str, Any]) -> None:
    SavedView.objects.update_or_create(list_kind=list_kind, owner_id=user.pk, name="", defaults=values)


def columns_keep(list_kind: str, columns: list[str], *, by: Any) -> None:
    """The columns of a list for this user; none goes back to the usual ones."""
    names = [name for name in dict.fromkeys(columns) if name and len(name) <= 80]
    _own(by, list_kind, {"columns": names[:MOST_COLUMNS]})


def view_save(list_kind: str, name: str, query: str, *, shared: bool, by: Any) -> SavedView:
    """Keep the filters of a list under a name; the same name again replaces them."""
    name = name.strip()
    if not name or len(name) > 80:
        raise InvalidInput(_("Give the view a name of at most 80 characters."), field="name")
    mine = SavedView.objects.filter(owner_id=by.pk, list_kind=list_kind).exclude(name="")
    if mine.exclude(name=name).count() >= MOST_VIEWS:
        raise InvalidInput(_("At most %(n)d views can be kept for a list.") % {"n": MOST_VIEWS}, field="name")
    row, _created = SavedView.objects.update_or_create(
        list_kind=list_kind,
        owner_id=by.pk,
        name=name,
        defaults={"query": query[:2000], "is_shared": shared},
    )
    return row


def view_remove(pk: int, *, by: Any) -> None:
    """Remove one's own saved view."""
    removed, _rows = SavedView.objects.filter(pk=pk, owner_id=by.pk).exclude(name="").delete()
    if not removed:
        raise NotFound(_("There is no such view."))
