"""What a page of the back office holds."""

from __future__ import annotations

import json
import re
from typing import Any


def document_page(client: Any, kind: str, pk: int | str, *, page: str = "change") -> dict[str, Any]:
    """The config that a document's page draws itself from; ``kind`` as ``sales/order``."""
    path = f"/admin/{kind}/add/" if pk == "add" else f"/admin/{kind}/{pk}/{page}/"
    answer = client.get(path)
    assert answer.status_code == 200, (path, answer.status_code)
    found = re.search(r'<script id="bahi-document-config"[^>]*>(.*?)</script>', answer.content.decode(), re.S)
    assert found, path
    config: dict[str, Any] = json.loads(found.group(1))
    return config
