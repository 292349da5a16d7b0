"""Erasures run in the owner's process: the same scratch database and data folder as backups."""

from tests.backup.conftest import owner, place

__all__ = ["owner", "place"]
