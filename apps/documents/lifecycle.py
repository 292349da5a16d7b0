"""One transition table per document, one runner for all.

Buttons of the admin, verbs of the API, the list of permissions and the state diagram come from the table.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from contextvars import ContextVar
from copy import copy
from dataclasses import dataclass, field
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from apps.accounts.services.separation import record_separation
from apps.company.selectors import company_today, fiscal_year_of
from apps.company.services.series import number_take, numbers_take
from apps.core.access import may
from apps.core.errors import InvalidInput, NotAllowed, NotFound, Refused, VersionConflict
from apps.core.events import emit
from apps.core.formats import show_date
from apps.core.locks import lock_row
from apps.core.money import parse_decimal
from apps.core.registry import load_modules
from apps.core.scope import kind_of, record_open, record_open_or_refuse, sees
from apps.core.typed_settings import setting
from apps.core.uses import use_open_states
from apps.documents.events import DocumentMoved
from apps.documents.models import Document
from apps.documents.permissions import BACK_DATE
from apps.documents.services.correcting import document_correct
from apps.documents.services.timeline import timeline_add

TEXTS = ("text", "textarea")


@dataclass(frozen=True)
class State:
    """tone: neutral, info, success, warning, danger or done; one colour per meaning everywhere. ``open``:
    something is still to be done with it, so its masters stay out of the bin (editable ones are open)."""

    value: str
    label: Any
    tone: str = "neutral"
    editable: bool = False
    open: bool = False


@dataclass(frozen=True)
class AskColumn:
    """A column of an ask of kind ``lines``: shown only, or filled in (``input``).

    kind: text, date, money, decimal, bool or list (several values in one cell, separated by commas).
    ``one_of``: key of the rows; of those that have the same there, one is ticked.
    """

    name: str
    label: Any
    kind: str = "text"
    input: bool = False
    one_of: str = ""


@dataclass(frozen=True)
class Ask:
    """An input that a transition asks for (reason, date, quantities).

    ``kind``: text, textarea, date, money, decimal, choice, bool, record (a key), lines, or json
    for what only the API sends. ``after``: the form asks for it only when the document was refused with one
    of these codes and the user has the permission beside it. ``suggest``: path in the document of what the
    form proposes; ``default``: what a tick proposes. ``empties``: sent empty, it reaches the service as None
    (and an empty text as it is), so that what stood there goes; else nothing sent is nothing asked.

    ``lines``: ``rows(document, user)`` gives the rows of the dialog, each with the keys of ``sent`` and what
    ``columns`` show; a row goes out when its ``counts`` column is filled or ticked, without one all rows go,
    with their ticks; ``hides``: without rows
    the dialog doesn't ask. With ``changes`` and ``adds`` instead, the document's own lines are opened on its
    page: what may be changed of a line, what a new one is made of, and (``removes(document)``) the ids of
    those that may be taken away.
    """

    name: str
    label: Any
    kind: str = "text"
    required: bool = False
    choices: tuple[tuple[str, Any], ...] = ()
    after: tuple[tuple[str, str], ...] = ()
    suggest: str = ""
    default: Any = None
    related: str = ""
    query: str = ""
    rows: Callable[[Any, Any], list[dict[str, Any]]] | None = None
    columns: tuple[AskColumn, ...] = ()
    sent: tuple[str, ...] = ()
    counts: str = ""
    hides: bool = False
    changes: tuple[str, ...] = ()
    adds: tuple[str, ...] = ()
    removes: Callable[[Any], list[int]] | None = None
    empties: bool = False


@dataclass(frozen=True)
class Transition:
    """``service(document, by=user, **asked)`` does the work and may return a new document.

    target ``None`` keeps the state (``invoice`` of an order). Number, when the document has none yet and
    ``numbered`` is set, is taken by the service through ``number_assign`` at its latest moment, or after it.
    """

    name: str
    sources: tuple[str, ...]
    target: str | None
    permission: str
    service: Callable[..., Any]
    label: Any
    style: str = "plain"
    confirm: Any = ""
    asks: tuple[Ask, ...] = ()
    numbered: bool = False
    answers: str = "record"  # or new_document
    shown: Callable[[Any], bool] | None = None
    past: Any = ""
    bulk: bool | None = None
    menu: bool = False  # stands in the page's menu, not among the next steps

    @property
    def in_bulk(self) -> bool:
        """Whether lists offer it for many documents: unless ``bulk`` says so, what moves them to a state."""
        return self.answers == "record" and self.target is not None if self.bulk is None else self.bulk


def posting_states(posted: Any = None) -> tuple[State, ...]:
    """Draft, posted, cancelled: the states of documents that move money or goods. ``posted``: its word."""
    return (
        State("draft", gettext_lazy("Draft"), "neutral", editable=True),
        State("posted", posted or gettext_lazy("Posted"), "success"),
        State("cancelled", gettext_lazy("Cancelled"), "danger"),
    )


def post_transition(
    permission: str, service: Callable[..., Any], *, past: Any, label: Any = None, reason: Ask | None = None
) -> Transition:
    """Draft → posted, numbered. ``reason``: what it may ask for."""
    return Transition(
        "post",
        ("draft",),
        "posted",
        permission,
        service,
        label or gettext_lazy("Post"),
        style="primary",
        asks=(reason,) if reason else (),
        numbered=True,
        past=past,
    )


def cancel_transition(
    permission: str,
    service: Callable[..., Any],
    *,
    confirm: Any,
    past: Any,
    sources: tuple[str, ...] = ("posted",),
    required: bool = True,
) -> Transition:
    """→ cancelled, with a reason; ``confirm`` says what it undoes."""
    return Transition(
        "cancel",
        sources,
        "cancelled",
        permission,
        service,
        gettext_lazy("Cancel"),
        style="danger",
        confirm=confirm,
        asks=(Ask("reason", gettext_lazy("Reason"), required=required),),
        past=past,
    )


def correct_transition(
    model: type[Document], permission: str, names: tuple[str, ...], sources: tuple[str, ...] = ("posted",)
) -> Transition:
    """The few columns of a document that may be put right after it took effect: texts, never the books. The
    history keeps what stood there before."""
    return Transition(
        "correct",
        sources,
        None,
        permission,
        document_correct,
        gettext_lazy("Correct texts"),
        asks=tuple(_ask_of(model, name) for name in names),
        past=gettext_lazy("Texts corrected"),
        menu=True,
    )


def _ask_of(model: type[Document], name: str) -> Ask:
    column = model._meta.get_field(name)
    kinds = {"DateField": "date", "TextField": "textarea", "PositiveIntegerField": "decimal"}
    label = getattr(column, "verbose_name", name)
    return Ask(name, label, kinds.get(column.get_internal_type(), "text"), suggest=name, empties=True)


@dataclass
class Lifecycle:
    model: type[Document]
    states: tuple[State, ...]
    transitions: tuple[Transition, ...]
    by_name: dict[str, Transition] = field(init=False)

    def __post_init__(self) -> None:
        self.by_name = {item.name: item for item in self.transitions}

    def state(self, value: str) -> State:
        return next((state for state in self.states if state.value == value), State(value, value))

    def editable(self, status: str) -> bool:
        return self.state(status).editable

    @property
    def open_states(self) -> tuple[str, ...]:
        """States in which something is still to be done with a document."""
        return tuple(state.value for state in self.states if state.editable or state.open)

    def open_to(self, document: Document, user: Any) -> list[Transition]:
        """Transitions that this user may start on this document now."""
        found = [
            item
            for item in self.transitions
            if document.status in item.sources
            and may(user, item.permission)
            and (item.shown is None or item.shown(document))
        ]
        return found if found and record_open(document, user) else []


_lifecycles: dict[type[Document], Lifecycle] = {}


def register_lifecycle(lifecycle: Lifecycle) -> Lifecycle:
    """Called once by each app's ``lifecycle.py``."""
    _lifecycles[lifecycle.model] = lifecycle
    return lifecycle


def lifecycle_of(model: type[Document]) -> Lifecycle:
    return _lifecycles[model]


def open_states(model: type[Any]) -> tuple[str, ...]:
    """States in which documents of this model still need their masters (``core.uses``)."""
    load_modules("lifecycle")
    table = _lifecycles.get(model)
    return table.open_states if table else ("draft",)


def lifecycles() -> dict[type[Document], Lifecycle]:
    return dict(_lifecycles)


def transition_run(
    document: Document, name: str, *, by: Any, version: int | None = None, data: dict[str, Any] | None = None
) -> Any:
    """Run a transition; returns the document, or the new one that it made.

    Must run in a unit of work. Raises NotFound (hidden), NotAllowed (403), Refused invalid_transition,
    VersionConflict, InvalidInput for what was asked, and whatever the service refuses.
    """
    lifecycle = lifecycle_of(type(document))
    transition = lifecycle.by_name.get(name)
    if transition is None:
        raise NotFound(_("This action does not exist."))
    row = lock_row(type(document), document.pk, joined=document.held_with)
    _check(row, lifecycle, transition, by, version)
    if transition.numbered and not row.number:
        back_date_check(row, by=by)
    warned = record_separation(row, transition.permission, by=by)
    before, values = row.status, column_values(row)
    made = transition.service(row, by=by, **_asked(transition, data or {}))
    if transition.numbered and not row.number:
        number_assign(row)
    if transition.target is not None:
        row.status = transition.target
    if column_values(row) != values:
        row.version += 1
        row.save()
    timeline_add(
        row,
        transition.name,
        text=str(transition.past or transition.label),
        data={"from": before, "to": row.status} | ({"separation": warned} if warned else {}),
    )
    emit(DocumentMoved(kind_of(row), row.pk, name, getattr(by, "pk", None), row.owner_id, before, row.status))
    return made if transition.answers == "new_document" and made is not None else row


def column_values(row: Document) -> tuple[Any, ...]:
    """What the row's columns hold now: a transition that only makes another document changes none of them."""
    values = (getattr(row, field.attname) for field in row._meta.concrete_fields)
    return tuple(copy(value) if isinstance(value, (dict, list)) else value for value in values)


def _check(row: Document, lifecycle: Lifecycle, transition: Transition, by: Any, version: int | None) -> None:
    if by is not None:
        if not sees(row, by):
            raise NotFound(_("Not found."))
        if not may(by, transition.permission):
            raise NotAllowed(_("You are not allowed to do this: %(label)s.") % {"label": transition.label})
        record_open_or_refuse(row, by)
    if row.status not in transition.sources:
        raise Refused(
            _("%(label)s is not possible while the document is “%(state)s”.")
            % {"label": transition.label, "state": lifecycle.state(row.status).label},
            code="invalid_transition",
            field="status",
        )
    if version is not None and version != row.version:
        raise VersionConflict(
            _("Somebody changed this document meanwhile. Please reload it."), field="version"
        )


_history: ContextVar[bool] = ContextVar("bahi_history", default=False)


@contextmanager
def history_entered() -> Iterator[None]:
    """Inside, documents take effect on days long ago whoever enters them: for loading a past (the demo)."""
    token = _history.set(True)
    try:
        yield
    finally:
        _history.reset(token)


def back_date_check(document: Document, *, by: Any) -> None:
    """A document that takes effect is of today or of the days that everybody may go back.

    Further back goes who holds ``documents.back_date``. Raises NotAllowed naming ``date``.
    """
    if by is None or document.keeps_its_day or _history.get():
        return
    today = company_today()
    if document.date >= today or may(by, BACK_DATE):
        return
    days = setting("documents.back_days", document.company_id)
    if (today - document.date).days > days:
        raise NotAllowed(
            _("You may date documents back by %(days)s days; this one is of %(day)s.")
            % {"days": days, "day": show_date(document.date)},
            field="date",
            code="back_dated",
        )


def _asked(transition: Transition, data: dict[str, Any]) -> dict[str, Any]:
    """The inputs that the transition declares; anything else in the body is refused by name."""
    known = {ask.name for ask in transition.asks}
    for name in data:
        if name not in known and name != "version":
            raise InvalidInput(_("Unknown field."), field=name, code="unknown")
    values = {}
    for ask in transition.asks:
        value = data.get(ask.name)
        if ask.required and (value is None or value == ""):
            raise InvalidInput(_("This field is required."), field=ask.name, code="required")
        if ask.empties and ask.name in data and value in (None, ""):
            values[ask.name] = value if ask.kind in TEXTS else None
        elif value is not None:
            values[ask.name] = _parsed(ask, value)
    return values


def _parsed(ask: Ask, value: Any) -> Any:
    """A text, date, decimal, tick or choice asked for by a transition, as its Python type."""
    from datetime import date

    try:
        if ask.kind == "date":
            return date.fromisoformat(str(value))
        if ask.kind in ("decimal", "money"):
            return parse_decimal(str(value))
        if ask.kind in TEXTS:
            if not isinstance(value, str):
                raise ValueError(_("A text is needed."))
            return value[:2000] if ask.kind == "text" else value
        if ask.kind == "bool" and not isinstance(value, bool):
            raise ValueError(_("Send true or false."))
        if ask.kind == "choice" and not (isinstance(value, str) and value in dict(ask.choices)):
            raise ValueError(_("Not one of the choices."))
    except ValueError as error:
        raise InvalidInput(str(error), field=ask.name) from error
    return value


def number_assign(document: Document) -> str:
    """Give the document its number from its series; the counter row stays locked until commit."""
    if not document.number:
        document.number = number_take(
            company=document.company, record_kind=kind_of(document), day=document.date
        )
    return document.number


def documents_number(documents: Sequence[Document]) -> None:
    """Numbers for documents of one kind that have none, in the order given: one statement for each company
    and fiscal year. The counter rows stay locked until commit."""
    years: dict[tuple[int, Any], int] = {}
    groups: dict[tuple[int, int], list[Document]] = {}
    for document in documents:
        if not document.number:
            key = (document.company_id, document.date)
            if key not in years:
                years[key] = fiscal_year_of(*key).pk
            groups.setdefault((document.company_id, years[key]), []).append(document)
    for rows in groups.values():
        first = rows[0]
        numbers = numbers_take(
            company=first.company, record_kind=kind_of(first), day=first.date, count=len(rows)
        )
        for document, number in zip(rows, numbers, strict=True):
            document.number = number


use_open_states(open_states)
