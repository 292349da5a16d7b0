"""API of privacy."""

from apps.privacy.api import consents, people

__all__ = ["consents", "people"]
