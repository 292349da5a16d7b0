from apps.core.modules import BahiAppConfig, Module


class DatatoolsConfig(BahiAppConfig):
    """Import and export engines, global search, saved views."""

    name = "apps.datatools"
    label = "datatools"
    default = True
    declares = Module(key="", title="", switchable=False)

    def ready(self) -> None:
        from apps.core.admin.lists import use_list_store
        from apps.datatools.lists import SavedViewStore

        super().ready()
        use_list_store(SavedViewStore())
