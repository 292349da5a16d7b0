"""After an older backup was restored: whoever was erased since is erased again, before anybody comes in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.personal import subjects
from apps.privacy.models import PersonalRequest, RequestState, RequestWhat
from apps.privacy.people import Person, born_at, model_of
from apps.privacy.services.erasing import erasure_do, is_erased
from apps.tenancy.services.erasures import Erased


def erasures_replay() -> list[str]:
    """Erase again in the organisation in use, with the owner's connection; gives what to tell the operator.

    What waited to be done when the backup was made is done too, for nobody else will. What can't be erased
    now (a draft that is open again) stays as a failed request, for the administrators.
    """
    waiting = _waiting()
    again = [waiting.pop(person.key, None) or _request(person) for person in _to_erase()]
    done = sum(_done(request) for request in again)
    left = sum(not _done(request) for request in waiting.values())
    failed = len(again) - done + left
    told = []
    if done:
        told.append(_("Erased again, because they were erased after the backup: %(n)d people.") % {"n": done})
    if failed:
        told.append(_("Could not be erased again: %(n)d people; see the requests there.") % {"n": failed})
    return told


def _waiting() -> dict[str, PersonalRequest]:
    """Requests that came with the backup and weren't done in it, by the key of their person."""
    rows = PersonalRequest.objects.filter(what=RequestWhat.ERASURE, state=RequestState.WAITING)
    return {f"{row.subject_kind}:{row.subject_id}": row for row in rows}


def _request(person: Person) -> PersonalRequest:
    return PersonalRequest.objects.create(
        what=RequestWhat.ERASURE,
        subject_kind=person.subject.kind,
        subject_id=person.record.pk,
        reason=_("Erased before; a backup brought the person back."),
    )


def _done(request: PersonalRequest) -> bool:
    """Erase; a refusal is kept with the request and stops nobody else's erasure."""
    try:
        erasure_do(request)
    except Exception:
        return False
    return True


def _to_erase() -> list[Person]:
    """Who is in the ledger and came back."""
    found = []
    for subject in subjects().values():
        erased = Erased(subject.kind)
        if not erased.ids:
            continue
        rows = model_of(subject.kind)._base_manager.filter(pk__in=erased.ids)
        found += [Person(subject, row) for row in rows if erased.holds(row.pk, born_at(subject, row))]
    return [person for person in found if not is_erased(person)]
