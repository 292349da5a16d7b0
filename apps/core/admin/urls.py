"""Addresses of records in the back office."""

from __future__ import annotations

from typing import Any

from django.urls import NoReverseMatch, reverse


def admin_url(record: Any) -> str:
    """The record's page in the back office; empty when it has none."""
    meta = record._meta
    try:
        return reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[record.pk])
    except NoReverseMatch:
        return ""
