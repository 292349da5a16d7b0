"""Report engine: an app registers what a report asks and answers; its API, page and files come from here."""

from apps.datatools.reports.definition import (
    Answer,
    Check,
    Column,
    Param,
    Record,
    Report,
    ReportLink,
    Row,
    register_report,
    reports,
)

__all__ = [
    "Answer",
    "Check",
    "Column",
    "Param",
    "Record",
    "Report",
    "ReportLink",
    "Row",
    "register_report",
    "reports",
]
