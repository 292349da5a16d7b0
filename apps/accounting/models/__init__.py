"""Accounting models: one file per aggregate."""
