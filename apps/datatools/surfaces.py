"""Access of search, imports and list tools. An import asks for the rights of its target."""

from apps.core.surfaces import PERSONAL, RECORD, declare, declare_jobs

declare(
    {
        "search": PERSONAL,
        "import_targets": RECORD,
        "import_start": RECORD,
        "import_page": RECORD,
        "import_template": RECORD,
        "import_errors": RECORD,
        "import_run": RECORD,
        "import_undo": RECORD,
        "import_undo_api": RECORD,
        "bulk_edit": RECORD,
        "bulk_edit_apply": RECORD,
        "bulk_edit_start_api": RECORD,
        "bulk_edit_apply_api": RECORD,
        "exports": PERSONAL,
        "export_file": RECORD,
        "list_columns": RECORD,
        "list_width": RECORD,
        "list_fields": RECORD,
        "list_density": RECORD,
        "list_default": RECORD,
        "list_counts": RECORD,
        "list_view_save": RECORD,
        "list_view_remove": RECORD,
    }
)
declare_jobs(
    {
        "datatools.run_import": RECORD,
        "datatools.undo_import": RECORD,
        "datatools.report_run": RECORD,
        "datatools.run_export": RECORD,
    }
)
