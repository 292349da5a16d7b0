"""Bases of the kinds of model. ``core`` itself has no tables."""

from apps.core.models.bases import LedgerEntry, MasterModel, SettingModel, Timestamped
from apps.core.models.history import HistoryRow, tracked_history

__all__ = ["HistoryRow", "LedgerEntry", "MasterModel", "SettingModel", "Timestamped", "tracked_history"]
