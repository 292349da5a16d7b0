"""Trees of masters: nothing lies inside itself, whoever turns branches at the same moment."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, connection, transaction

from apps.accounts.models import Department, Team
from apps.catalog.models import Category
from apps.core.models import TreeMaster
from apps.dimensions.models import CostCentre
from tests.kit.owner import owner_connection
from tests.kit.threads import run_in_threads

PLAIN = [Category, CostCentre, Department, Team]
"""Trees whose records need a code and a name only; places and accounts share the same base."""


def branch(model: type[TreeMaster], *codes: str) -> list[TreeMaster]:
    """Records each inside the one before it."""
    made: list[TreeMaster] = []
    for code in codes:
        made.append(model.objects.create(code=code, name=code, parent=made[-1] if made else None))
    return made


def test_every_tree_of_masters_stands_on_the_one_base():
    from django.apps import apps

    trees = {model for model in apps.get_models() if issubclass(model, TreeMaster)}
    own = {
        model
        for model in apps.get_models()
        if any(f.name == "parent" and f.related_model is model for f in model._meta.concrete_fields)
    }
    assert own == trees
    assert set(PLAIN) < trees


@pytest.mark.parametrize("model", PLAIN, ids=lambda model: model.__name__)
@pytest.mark.django_db
def test_record_is_refused_below_itself_by_form_and_by_database(model):
    top, _middle, low = branch(model, "TREE-A", "TREE-B", "TREE-C")
    top.parent = low
    with pytest.raises(ValidationError) as refused:
        top.clean()
    assert refused.value.error_dict["parent"][0].code == "circle"
    with pytest.raises(DatabaseError, match="inside itself"), transaction.atomic():
        top.save()
    top.parent = top
    with pytest.raises(DatabaseError, match=r"own_parent|inside itself"), transaction.atomic():
        top.save()
    low.parent = model.objects.get(pk=top.pk)
    low.clean()
    low.save()
    assert model.objects.get(pk=low.pk).parent_id == top.pk


@pytest.mark.parametrize("model", PLAIN, ids=lambda model: model.__name__)
@pytest.mark.django_db
def test_below_a_record_is_all_that_lies_in_it(model, django_assert_num_queries):
    top, middle, low = branch(model, "TREE-A", "TREE-B", "TREE-C")
    beside = model.objects.create(code="TREE-D", name="Beside", parent=top)
    with django_assert_num_queries(1):
        assert set(model.below([middle.pk])) == {middle.pk, low.pk}
    assert sorted(model.below([top.pk, low.pk])) == sorted([top.pk, middle.pk, low.pk, beside.pk])
    assert model.below([]) == []


def turn_both(rounds: int) -> int:
    """Two people hang two branches below each other's ends. Returns in how many rounds both could.

    Not below each other's tops: there the rows that each writes and the other points to keep them apart.
    """
    circles = 0
    for number in range(rounds):
        pair = [branch(Category, f"T{number}-{side}", f"T{number}-{side}-END") for side in "AB"]

        def turn(index: int, pair: list[list[TreeMaster]] = pair) -> bool:
            with transaction.atomic():
                mine = Category.objects.get(pk=pair[index][0].pk)
                mine.parent = Category.objects.get(pk=pair[1 - index][1].pk)
                mine.clean()
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.05)")  # both have looked before one writes
                mine.save()
            return True

        done = run_in_threads(2, turn)
        circles += done == [True, True]
    return circles


def test_two_people_cannot_put_two_branches_into_each_other(commits):
    assert turn_both(5) == 0


def test_twin_without_the_trigger_makes_circles(commits):
    with owner_connection(without_triggers=("catalog_category",)):
        assert turn_both(5) > 0
