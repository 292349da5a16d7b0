"""Where a figure of a report leads: another report, or the page of a record."""

from __future__ import annotations

from urllib.parse import urlencode

from django.apps import apps
from django.urls import NoReverseMatch, reverse

from apps.datatools.reports.definition import Record, ReportLink, reports
from apps.datatools.reports.render import plain


def link_url(link: ReportLink | Record) -> str:
    """Address of a drill; empty when the record has no page."""
    try:
        if isinstance(link, ReportLink):
            report = reports()[link.key]
            return f"{reverse(report.url_name)}?{urlencode({k: plain(v) for k, v in link.values.items()})}"
        label, name = link.kind.split(".")
        apps.get_model(label, name)
        return reverse(f"admin:{label}_{name}_change", args=[link.pk])
    except (NoReverseMatch, KeyError, LookupError, ValueError):
        return ""
