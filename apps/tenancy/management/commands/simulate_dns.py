"""bin/manage simulate_dns NAME TEXT: a TXT record for trying own domains without name servers."""

from __future__ import annotations

import json
from typing import Any

from django.core.management.base import BaseCommand

from apps.tenancy.dns import read_simulated, simulated_file


class Command(BaseCommand):
    help = "Enters a TXT record in the local stand-in for name servers (DNS_LOOKUP must name it)."

    def add_arguments(self, parser: Any) -> None:
        parser.add_argument("name")
        parser.add_argument("text", nargs="?", help="left out: the name's records are removed")

    def handle(self, *args: Any, **options: Any) -> None:
        records = read_simulated()
        if options["text"]:
            records[options["name"]] = [*records.get(options["name"], []), options["text"]]
        else:
            records.pop(options["name"], None)
        simulated_file().parent.mkdir(parents=True, exist_ok=True)
        simulated_file().write_text(json.dumps(records, indent=1))
        self.stdout.write(f"{len(records)} names in {simulated_file().name}")
