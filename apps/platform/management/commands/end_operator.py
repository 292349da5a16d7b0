"""bin/manage end_operator EMAIL: an operator who leaves, or who lost his second factor."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from apps.core.errors import BahiError
from apps.platform.services.operators import operator_end, operator_factors_reset, operators


class Command(BaseCommand):
    help = "Switches a platform operator off and ends his visits; create_operator switches him on again."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        parser.add_argument(
            "--second-factor-only",
            action="store_true",
            help="he stays: only his second factors and backup codes go, and he is signed out",
        )

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        email = options["email"].strip().lower()
        operator = operators().filter(email=email).first()
        if operator is None:
            raise CommandError(f"{email} is no operator.")
        try:
            if options["second_factor_only"]:
                operator_factors_reset(operator)
                self.stdout.write(f"{email} sets up a second factor at the next sign-in.")
            else:
                operator_end(operator)
                self.stdout.write(f"{email} is no longer let in.")
        except BahiError as error:
            raise CommandError(str(error.detail)) from error
