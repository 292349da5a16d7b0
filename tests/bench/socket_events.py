"""What happens elsewhere: events for single people, messages to a room, jobs. Run as a script.

Takes JSON: {seconds, per_second, organisations: [{schema, people: [id]}], room: id}; prints what it sent. The
room is one person with many pages, in the first organisation.
"""

from __future__ import annotations

import json
import random
import sys
import time
from typing import Any

import django

django.setup()

from apps.accounts.models import User
from apps.core.live import push_to_user
from apps.core.tenant import organisation_context
from apps.core.uow import run_in_unit_of_work
from apps.documents.tasks import run_transitions
from apps.runtime.services.jobs import job_start

TICK, ROOM_EVERY, JOB_EVERY = 0.05, 5.0, 1.0


def run(plan: dict[str, Any]) -> dict[str, int]:
    sent = {"events": 0, "rooms": 0, "jobs": 0}
    organisations = plan["organisations"]
    begun = time.time()
    room_at, job_at = begun, begun
    while (now := time.time()) < begun + plan["seconds"]:
        place = organisations[random.randrange(len(organisations))]
        with organisation_context(place["schema"]):
            for _ in range(int((now - begun + TICK) * plan["per_second"]) - sent["events"]):
                _push(random.choice(place["people"]), "bench.event")
                sent["events"] += 1
            if now >= job_at:
                run_in_unit_of_work(lambda person=place["people"][0]: _job(person))
                sent["jobs"] += 1
                job_at += JOB_EVERY
        if now >= room_at:
            with organisation_context(organisations[0]["schema"]):
                _push(plan["room"], "bench.room")
            sent["rooms"] += 1
            room_at += ROOM_EVERY
        time.sleep(max(0.0, now + TICK - time.time()))
    return sent


def _job(user_id: int) -> None:
    """One that has nothing to do: its start is what is measured."""
    by = User.objects.get(pk=user_id)
    job_start(run_transitions, title="Bench", by=by, kind="sales.order", ids=[], name="confirm")


def _push(user_id: int, kind: str) -> None:
    push_to_user(user_id, kind, {"sent": time.time()})


if __name__ == "__main__":
    print(json.dumps(run(json.load(sys.stdin))))
