from apps.datatools.models.imports import ImportedRecord, ImportMapping, ImportRun
from apps.datatools.models.view import SavedView

__all__ = ["ImportMapping", "ImportRun", "ImportedRecord", "SavedView"]
