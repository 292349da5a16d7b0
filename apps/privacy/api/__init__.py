"""API of privacy."""

from apps.privacy.api import consents, encryption, people

__all__ = ["consents", "encryption", "people"]
