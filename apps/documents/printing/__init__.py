"""The print kit: frozen values in, PDF bytes out. See README.md."""

from .codes import upi_link
from .document import render_document, render_documents
from .images import picture as picture_verify
from .model import (
    COPIES_CHALLAN,
    COPIES_GOODS,
    COPIES_SERVICES,
    PrintBank,
    PrintColumn,
    PrintCompany,
    PrintDocument,
    PrintLine,
    PrintParty,
    PrintQr,
    PrintReport,
    PrintRow,
    PrintSignature,
    PrintTable,
    PrintTaxRow,
    PrintTotal,
)
from .report import render_report
from .thermal import render_thermal

__all__ = [
    "COPIES_CHALLAN",
    "COPIES_GOODS",
    "COPIES_SERVICES",
    "PrintBank",
    "PrintColumn",
    "PrintCompany",
    "PrintDocument",
    "PrintLine",
    "PrintParty",
    "PrintQr",
    "PrintReport",
    "PrintRow",
    "PrintSignature",
    "PrintTable",
    "PrintTaxRow",
    "PrintTotal",
    "picture_verify",
    "render_document",
    "render_documents",
    "render_report",
    "render_thermal",
    "upi_link",
]
