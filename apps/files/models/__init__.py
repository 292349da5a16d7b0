from apps.files.models.file_key import FileKey
from apps.files.models.stored_file import StoredFile

__all__ = ["FileKey", "StoredFile"]
