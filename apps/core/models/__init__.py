"""Bases of the kinds of model. ``core`` itself has no tables."""

from apps.core.models.bases import LedgerEntry, MasterModel, SettingModel, Timestamped
from apps.core.models.grants import ObjectGrant, grant_table
from apps.core.models.history import HistoryRow, tracked_history
from apps.core.models.trees import TreeMaster

__all__ = [
    "HistoryRow", "LedgerEntry", "MasterModel", "ObjectGrant", "SettingModel", "Timestamped", "TreeMaster",
    "grant_table", "tracked_history",
]  # fmt: skip
