from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class BackupConfig(BahiAppConfig):
    """Encrypted backups of one organisation, and their restoring with proof."""

    name = "apps.backup"
    label = "backup"
    default = True
    declares = Module(key="", title=_("Backup"), icon="backup", switchable=False, order=960)

    def ready(self) -> None:
        from apps.backup.services.last import backup_before_delete
        from apps.backup.services.restore_jobs import restore_run
        from apps.tenancy.choices import JobWork
        from apps.tenancy.services.deletion import register_before_delete
        from apps.tenancy.services.owner_jobs import register_work

        register_before_delete(backup_before_delete)
        register_work(JobWork.RESTORE, restore_run)
