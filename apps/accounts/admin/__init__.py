"""People, roles and access in the back office."""

from apps.accounts.admin import logs, people, roles

__all__ = ["logs", "people", "roles"]
