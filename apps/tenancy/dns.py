"""How TXT records are looked up: the real one, and a local stand-in that reads a file."""

from __future__ import annotations

import json
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

SECONDS = 5.0


def lookup_txt(name: str) -> list[str]:
    """The TXT texts of a name by the system's resolver. Raises OSError with a sentence for a person."""
    import dns.exception
    import dns.resolver

    try:
        answer = dns.resolver.resolve(name, "TXT", lifetime=SECONDS)
    except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
        return []
    except dns.exception.DNSException as error:
        raise OSError(_("The name servers did not answer. Please try again later.")) from error
    return [b"".join(record.strings).decode("utf-8", "replace") for record in answer]


def lookup_simulated(name: str) -> list[str]:
    """From ``dns.json`` in the data folder (name → list of texts); ``bin/manage simulate_dns`` writes it."""
    return list(read_simulated().get(name, []))


def simulated_file() -> Path:
    return Path(settings.DATA_DIR) / "dns.json"


def read_simulated() -> dict[str, list[str]]:
    path = simulated_file()
    if not path.exists():
        return {}
    try:
        return json.loads(path.read_text())
    except ValueError as error:
        raise OSError(_("The name servers did not answer. Please try again later.")) from error
