from apps.documents.models.base import Document, DocumentLine, party_scope
from apps.documents.models.collaboration import Attachment, Comment, TimelineEntry
from apps.documents.models.link import DocumentLink

__all__ = [
    "Attachment",
    "Comment",
    "Document",
    "DocumentLine",
    "DocumentLink",
    "TimelineEntry",
    "party_scope",
]
