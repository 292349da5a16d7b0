from apps.datatools.models.imports import ImportMapping, ImportRun
from apps.datatools.models.view import SavedView

__all__ = ["ImportMapping", "ImportRun", "SavedView"]
