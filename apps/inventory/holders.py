"""Documents named by kind and id, as lists of the stock show them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.apps import apps

from apps.core.registry import parent_key
from apps.core.scope import kind_of
from apps.documents.selectors import records_titles, titled

Ref = tuple[str, int]


def holders_named(refs: Iterable[Ref], user: Any) -> dict[Ref, tuple[str, str]]:
    """{(kind, id): (address, "Order SO/26-27/0007")} of the documents that the user may see; of a line its
    document. A query for each kind, one more where they are lines."""
    documents = _documents(refs)
    titles = records_titles(documents.values(), user)
    return {
        ref: (titles[document]["url"], _name(titles[document]))
        for ref, document in documents.items()
        if document in titles
    }


def _name(title: dict[str, Any]) -> str:
    return titled(title["kind_label"], title["title"])


def _documents(refs: Iterable[Ref]) -> dict[Ref, Ref]:
    """{(kind, id): that of the document}: a line's is its parent."""
    by_kind: dict[str, set[int]] = {}
    for kind, pk in refs:
        by_kind.setdefault(kind, set()).add(pk)
    found = {}
    for kind, ids in by_kind.items():
        try:
            model = apps.get_model(kind)
        except (LookupError, ValueError):
            continue
        key = parent_key(model)
        if key is None:
            found.update({(kind, pk): (kind, pk) for pk in ids})
            continue
        parents = model._base_manager.filter(pk__in=ids).values_list("pk", key.attname)
        found.update({(kind, pk): (kind_of(key.related_model), parent) for pk, parent in parents})
    return found
