"""One transition over many documents: tried first without a trace, then run, each in its own unit of work."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

from django.db import transaction

from apps.core.errors import BahiError
from apps.core.uow import run_in_unit_of_work, tried
from apps.documents.lifecycle import Transition, transition_run


def transition_trial(
    documents: Sequence[Any], name: str, *, by: Any, data: dict[str, Any] | None = None
) -> dict[int, BahiError]:
    """What would be refused: {document id: why}. Each is run after those before it, as it would be (of two
    that want the last piece, the second is refused), and all of it is undone."""
    refused: dict[int, BahiError] = {}

    def work() -> None:
        refused.clear()
        for document in documents:
            try:
                with transaction.atomic():
                    transition_run(document, name, by=by, data=dict(data or {}))
            except BahiError as error:
                refused[document.pk] = error

    run_in_unit_of_work(lambda: tried(work))
    return refused


def transition_many(
    model: Any,
    ids: list[int],
    name: str,
    *,
    by: Any,
    data: dict[str, Any] | None = None,
    progress: Callable[[int], None] | None = None,
) -> tuple[int, list[tuple[str, str]]]:
    """Run a transition on each document, each in its own unit of work; → (done, [(number, why not)])."""
    done, refused = 0, []
    for index, pk in enumerate(ids):
        document = model.objects.for_user(by).filter(pk=pk).first()
        if document is None:
            continue
        try:
            run_in_unit_of_work(
                lambda row=document: transition_run(row, name, by=by, data=dict(data or {}))  # type: ignore[misc]  # mypy infers no lambda with a default
            )
            done += 1
        except BahiError as error:
            refused.append((str(document), str(error.detail)))
        if progress is not None:
            progress(index + 1)
    return done, refused


def refused_at_sight(document: Any, item: Transition) -> bool:
    """Whether the state alone says no; asked where trying takes too long."""
    return document.status not in item.sources or (item.shown is not None and not item.shown(document))
