"""What sales adds to the import engine."""

from __future__ import annotations

from apps.datatools.importing.targets import register_target
from apps.sales.importing.posted import PostedInvoices

register_target(PostedInvoices())
