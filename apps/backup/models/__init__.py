from apps.backup.models.data_export import DataExport

__all__ = ["DataExport"]
