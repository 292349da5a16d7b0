"""Calls for the worker that wait until they are let go. Run as a script: how many."""

from __future__ import annotations

import sys

import django

django.setup()

from django.db import connection

from apps.core.tenant import organisation_context
from apps.runtime.services.queue import CALLS, enqueue

CALLED = "apps.messaging.services.texts.text_deliver"

if __name__ == "__main__":
    with organisation_context("org_acme"):
        for _ in range(int(sys.argv[1])):
            enqueue(
                "queue.run_call", "org_acme", "apps.messaging.services.texts.text_deliver", -1, lane=CALLS
            )
    with connection.cursor() as cursor:
        cursor.execute("UPDATE public.django_q_ormq SET lock = now() + interval '1 hour'")
