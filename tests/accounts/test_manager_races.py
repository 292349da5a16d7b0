"""Two people at the same moment: one makes somebody a manager while another removes him."""

from __future__ import annotations

from django.db import connection, transaction

from apps.accounts.models import Department, User
from apps.accounts.services import units
from apps.accounts.services.units import unit_check
from apps.accounts.services.users import user_delete
from apps.core.records import record_save
from tests.factories.accounts import make_user
from tests.kit.threads import run_in_threads


def make_and_remove(rounds):
    """One makes somebody a manager while another removes him. In how many rounds a removed one manages?"""
    left = 0
    for number in range(rounds):
        unit = Department.objects.create(code=f"RACE-{number}", name="Race")
        person = make_user("parties.view_party", email=f"race{number}@acme.example")

        def turn(index, unit=unit, person=person):
            with transaction.atomic():
                if index:
                    user_delete(user=User.objects.get(pk=person.pk), by=None)
                    return
                unit_check(unit, {"manager": person}, by=None)
                with connection.cursor() as cursor:
                    cursor.execute("SELECT pg_sleep(0.1)")  # the other has looked before this one writes
                record_save(unit, values={"manager": person}, version=unit.version)

        run_in_threads(2, turn)  # who was removed first is made no manager
        left += Department.objects.filter(pk=unit.pk, manager__deleted_at__isnull=False).exists()
    return left


def test_who_is_removed_meanwhile_is_left_no_manager(commits):
    assert make_and_remove(4) == 0


def test_twin_without_the_lock_leaves_one(commits, monkeypatch):
    monkeypatch.setattr(units, "administrators_hold", lambda: None)
    assert make_and_remove(4) > 0
