"""Dedicated connections for LISTEN: outside the pool, never behind a pooler, closed by their owner."""

from __future__ import annotations

from typing import Any

from django.db import connections


def listen_parameters() -> dict[str, Any]:
    """psycopg parameters of a listening connection to the database in use."""
    config = connections["default"].settings_dict
    return {
        "host": config["HOST"] or None,
        "port": config["PORT"] or None,
        "user": config["USER"],
        "password": config["PASSWORD"],
        "dbname": config["NAME"],
        "application_name": "bahi-listen",
        "keepalives_idle": 30,
        "keepalives_interval": 10,
        "keepalives_count": 3,
    }
