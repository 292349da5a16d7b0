"""manage.py run_organisation_job ID: does a set-up or deletion that a page has asked for. Owner's role."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from apps.core.errors import NotFound
from apps.tenancy.services.owner_jobs import job_run


class Command(BaseCommand):
    help = "Sets up or deletes an organisation as its job says; started by the worker."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("job", type=int)

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            job = job_run(options["job"])
        except NotFound as error:
            raise CommandError(error.detail) from error
        if job is None:
            self.stdout.write("Nothing to do: the job has ended, or another process does it.")
        else:
            self.stdout.write(f"{job}: {job.error or 'done'}")
