"""bin/manage create_operator EMAIL: a person who may sign in on the platform's own host."""

from __future__ import annotations

import secrets
from typing import Any

from django.contrib.auth import get_user_model
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError
from django.core.validators import validate_email
from django.db import connection


class Command(BaseCommand):
    help = "Makes a platform operator, or sets a new password for one; prints the password."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("email")
        parser.add_argument("--password", default="", help="random when left out")

    def handle(self, *args: Any, **options: Any) -> None:
        connection.set_schema_to_public()
        email = options["email"].strip().lower()
        password = options["password"] or secrets.token_urlsafe(14)
        try:
            validate_email(email)
            validate_password(password)
        except ValidationError as error:
            raise CommandError(" ".join(error.messages)) from error
        users = get_user_model().objects
        user = users.filter(email=email).first()
        if user is None:
            user = users.create_superuser(email, password, name=email.split("@", 1)[0].title())
        user.set_password(password)
        user.is_active = user.is_staff = user.is_superuser = True
        user.save()
        self.stdout.write(f"credential\tplatform.localhost\tPlatform operator\t{email}\t{password}")
