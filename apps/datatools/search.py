"""Global search: every registered kind's own trigram column, through the scoped queryset.

No second index to keep in step: a record is found as soon as it is committed, by exactly those who may see
it. Typing errors are forgiven by word similarity when nothing contains the words.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.search import TrigramWordSimilarity
from django.db import connection, models
from django.db.models import Value
from django.db.models.functions import Greatest

from apps.core.access import access_of
from apps.core.admin.urls import admin_url
from apps.core.api.filtering import amount_asked, search_words, word_conditions
from apps.core.registry import business_models, has_bin, kind_name
from apps.core.scope import kind_of

PER_KIND = 8
LIMIT = 20
FUZZY_THRESHOLD = 0.45


@dataclass(frozen=True)
class Searchable:
    """How a kind is shown: subtitle of a record; boost moves a kind up or down."""

    model: type[models.Model]
    subtitle: Callable[[Any], str]
    boost: float = 1.0


_kinds: dict[type[models.Model], Searchable] = {}


def register_search(model: type[models.Model], *, subtitle: Callable[[Any], str], boost: float = 1.0) -> None:
    """Declare a kind's subtitle (in ``search.py`` of its app); others get a plain one."""
    _kinds[model] = Searchable(model, subtitle, boost)


def searchables() -> list[Searchable]:
    return [
        _kinds.get(model) or Searchable(model, _plain_subtitle)
        for model in business_models()
        if kind_name(model) in ("master", "document") and hasattr(model, "search_text")
    ]


def _plain_subtitle(row: Any) -> str:
    return str(getattr(row, "code", "") or getattr(row, "gstin", "") or "")


def search_run(text: str, *, user: Any, kind: str = "") -> list[dict[str, Any]]:
    """Best first: [{kind, id, title, subtitle, url, score}]. ``kind`` limits to one, such as sales.order."""
    words = search_words(text)
    if not words or len(text) > 200:
        return []
    access = access_of(user)
    kinds = [
        item
        for item in searchables()
        if (not kind or kind_of(item.model) == kind)
        and access.has(f"{item.model._meta.app_label}.view_{item.model._meta.model_name}")
    ]
    hits = [hit for item in kinds for hit in _containing(item, words, user)]
    if not hits and len(text.strip()) >= 4 and any(letter.isalpha() for letter in text):
        hits = [hit for item in kinds for hit in _similar(item, " ".join(words), user)]
    hits.sort(key=lambda hit: (-hit["score"], hit["title"]))
    return hits[:LIMIT]


def _base(item: Searchable, user: Any) -> Any:
    queryset = item.model._default_manager.for_user(user)  # type: ignore[attr-defined]  # business models have a ScopedManager
    if has_bin(item.model):
        queryset = queryset.filter(deleted_at=None)
    return queryset


def _containing(item: Searchable, words: list[str], user: Any) -> list[dict[str, Any]]:
    queryset = _base(item, user).filter(*word_conditions(item.model, words, user))
    rows = list(queryset.order_by()[: PER_KIND * 4])
    scored = [(_score(row, words, user) * item.boost, row) for row in rows]
    scored.sort(key=lambda pair: -pair[0])
    return [_hit(item, row, score) for score, row in scored[:PER_KIND]]


def _score(row: Any, words: list[str], user: Any) -> float:
    """Whole words, the total and beginnings of the title count more than a middle."""
    title = str(row).lower()
    parts = row.search_text.split()
    score = 0.0
    for word in words:
        if word in parts or word == title or _is_total(row, word, user):
            score += 1.0
        elif title.startswith(word):
            score += 0.9
        elif any(part.startswith(word) for part in parts):
            score += 0.8
        else:
            score += 0.5
    return round(score / len(words), 3)


def _is_total(row: Any, word: str, user: Any) -> bool:
    asked = amount_asked(type(row), word, user)
    return asked is not None and getattr(row, row.amount_field) == asked


def _similar(item: Searchable, text: str, user: Any) -> list[dict[str, Any]]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT set_config('pg_trgm.word_similarity_threshold', %s, true)", [str(FUZZY_THRESHOLD)]
        )
    rows = (
        _base(item, user)
        .filter(search_text__trigram_word_similar=text)
        .annotate(likeness=Greatest(TrigramWordSimilarity(text, "search_text"), Value(0.0)))
        .order_by("-likeness")[:PER_KIND]
    )
    return [_hit(item, row, round(float(row.likeness) * 0.5 * item.boost, 3)) for row in rows]


def _hit(item: Searchable, row: Any, score: float) -> dict[str, Any]:
    meta = item.model._meta
    return {
        "kind": kind_of(item.model),
        "kind_label": str(meta.verbose_name),
        "id": row.pk,
        "title": str(row),
        "subtitle": item.subtitle(row),
        "url": admin_url(row),
        "score": score,
    }
