from django.utils.translation import gettext_lazy as _

from apps.core.modules import BahiAppConfig, Module


class DatatoolsConfig(BahiAppConfig):
    """Import and export engines, global search, saved views."""

    name = "apps.datatools"
    label = "datatools"
    default = True
    declares = Module(key="", title=_("Data"), icon="upload_file", switchable=False, order=90)

    def ready(self) -> None:
        from apps.core.admin.lists import use_list_store
        from apps.datatools.lists import SavedViewStore

        super().ready()
        use_list_store(SavedViewStore())
