"""Static files with their hash in the name, also where one script imports another."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticStorage(CompressedManifestStaticFilesStorage):
    """ES modules name each other by relative path: those get the hash too, else browsers keep old parts."""

    support_js_module_import_aggregation = True
    max_post_process_passes = 30  # a chain of imports needs as many as it is long: now eleven
