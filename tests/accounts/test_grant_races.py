"""One record is shared by two people at once, or while somebody deletes it: one grant, or none."""

from __future__ import annotations

from typing import Any

import pytest

from apps.accounts.models import User
from apps.accounts.services.grants import grant_add, grant_remove
from apps.accounts.services.users import user_delete
from apps.core.errors import InvalidInput, NotAllowed
from apps.core.records import record_delete
from apps.core.uow import run_in_unit_of_work
from apps.parties.models import Party, PartyUserGrant
from tests.factories.accounts import make_user
from tests.factories.parties import make_customer
from tests.kit.threads import run_in_threads

pytestmark = [pytest.mark.race, pytest.mark.full]
ROUNDS = 8


def made() -> tuple[Party, User]:
    return run_in_unit_of_work(lambda: (make_customer(), make_user("parties.view_party", level="own")))


def share(party: Party, user: User) -> Any:
    words = {"record": f"parties.party:{party.pk}", "permission": "parties.view_party"}
    chief = User.objects.get(email="asha@acme.example")
    return run_in_unit_of_work(lambda: grant_add(user=user, by=chief, **words))


def test_two_people_who_share_at_once_give_one_grant(commits):
    party, user = made()
    results = run_in_threads(8, lambda number: share(party, user))
    assert not [result for result in results if isinstance(result, Exception)], results
    assert PartyUserGrant.objects.filter(content_object=party, user=user).count() == 1


def test_nothing_stays_shared_of_a_record_or_with_a_person_that_goes_meanwhile(commits):
    for number in range(ROUNDS):
        party, user = made()
        end = (
            (lambda p=party: record_delete(p))
            if number % 2
            else (lambda u=user: user_delete(user=u, by=None))
        )
        work = [lambda p=party, u=user: share(p, u), lambda e=end: run_in_unit_of_work(e)]
        shared, ended = run_in_threads(2, lambda index, w=work: w[index]())
        assert not isinstance(ended, Exception), ended
        assert not isinstance(shared, Exception) or isinstance(shared, InvalidInput), shared
        assert not PartyUserGrant.objects.filter(content_object=party).exists()


def test_nothing_is_shared_on_while_it_is_taken_back(commits):
    """Else what comes from a grant that is ending would stay for ever."""
    for _ in range(ROUNDS):
        party, user = made()
        other = run_in_unit_of_work(lambda: make_user("parties.view_party", level="own"))
        number = share(party, user).id
        words = {"record": f"parties.party:{party.pk}", "permission": "parties.view_party"}
        chief, giver = User.objects.get(email="asha@acme.example"), User.objects.get(pk=user.pk)
        work = [
            lambda u=other, g=giver, w=words: grant_add(user=u, by=g, **w),
            lambda n=number, c=chief: grant_remove(number=n, by=c),
        ]
        shared, ended = run_in_threads(2, lambda index, w=work: run_in_unit_of_work(w[index]))
        assert not isinstance(ended, Exception), ended
        assert not isinstance(shared, Exception) or isinstance(shared, (InvalidInput, NotAllowed)), shared
        assert not PartyUserGrant.objects.filter(content_object=party).exists()
