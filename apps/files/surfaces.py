"""Access of stored files: whoever sees the record that holds the file."""

from apps.core.surfaces import RECORD, declare

declare({"media": RECORD})
