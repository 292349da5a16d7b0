"""Bases of the kinds of model. ``core`` itself has no tables."""

from apps.core.models.bases import LedgerEntry, MasterModel, SettingModel, Timestamped
from apps.core.models.history import HistoryRow, tracked_history
from apps.core.models.trees import TreeMaster

__all__ = [
    "HistoryRow", "LedgerEntry", "MasterModel", "SettingModel", "Timestamped", "TreeMaster",
    "tracked_history",
]  # fmt: skip
