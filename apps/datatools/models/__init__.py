from apps.datatools.models.exports import ExportFile
from apps.datatools.models.imports import ImportedRecord, ImportMapping, ImportRun
from apps.datatools.models.view import DefaultView, SavedView

__all__ = [
    "DefaultView",
    "ExportFile",
    "ImportMapping",
    "ImportRun",
    "ImportedRecord",
    "SavedView",
]
