"""After an older backup was restored: whoever was erased since is erased again, before anybody comes in."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.personal import subjects
from apps.privacy.models import PersonalRequest, RequestState, RequestWhat
from apps.privacy.people import Person, born_at, model_of
from apps.privacy.services.erasing import erasure_do, is_erased
from apps.tenancy.services.erasures import erased_among, erased_ids


def erasures_replay() -> list[str]:
    """Erase again in the organisation in use, with the owner's connection; gives what to tell the operator.

    What can't be erased now (a draft that is open again) stays as a failed request, for the administrators.
    """
    done, failed = 0, 0
    for person in _to_erase():
        request = PersonalRequest.objects.create(
            what=RequestWhat.ERASURE,
            subject_kind=person.subject.kind,
            subject_id=person.record.pk,
            reason=_("Erased before; a backup brought the person back."),
        )
        try:
            erasure_do(request)
            done += 1
        except Exception:
            failed += 1
    told = []
    if done:
        told.append(_("Erased again, because they were erased after the backup: %(n)d people.") % {"n": done})
    if failed:
        told.append(_("Could not be erased again: %(n)d people; see the requests there.") % {"n": failed})
    return told


def _to_erase() -> list[Person]:
    found = []
    for subject in subjects().values():
        wanted = erased_ids(subject.kind)
        if not wanted:
            continue
        rows = list(model_of(subject.kind)._base_manager.filter(pk__in=wanted))
        ids = set(erased_among(subject.kind, [(row.pk, born_at(subject, row)) for row in rows]))
        found += [Person(subject, row) for row in rows if row.pk in ids]
    waiting = {
        (kind, pk)
        for kind, pk in PersonalRequest.objects.filter(
            what=RequestWhat.ERASURE, state=RequestState.WAITING
        ).values_list("subject_kind", "subject_id")
    }
    return [p for p in found if not is_erased(p) and (p.subject.kind, p.record.pk) not in waiting]
