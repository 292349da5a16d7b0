from apps.backup.models.data_export import DataExport
from apps.backup.models.plan import BackupPlace, BackupPlan, BackupRun

__all__ = ["BackupPlace", "BackupPlan", "BackupRun", "DataExport"]
