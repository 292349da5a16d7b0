"""Uploads shown to the operator's virus scanner (clamd), where one is set up: ``BAHI_CLAMD``.

clamd's INSTREAM command: chunks with their length before them, ended by a length of nought; the answer names
what was found. Without a scanner nothing is asked; with one that can't be reached nothing comes in.
"""

from __future__ import annotations

import logging
import socket
import struct

from django.conf import settings
from django.utils.translation import gettext as _

from apps.core.errors import Unavailable
from apps.files.services.kinds import Unfit

logger = logging.getLogger(__name__)
CHUNK = 64 * 1024
PATIENCE = 30.0  # seconds


def scan(content: bytes) -> None:
    """Raises Unfit naming what the scanner found, Unavailable when it gives no answer."""
    if not settings.CLAMD_ADDRESS:
        return
    try:
        answer = _ask(content)
    except OSError as error:
        logger.warning("virus scanner: %s", error)
        raise Unavailable(_("The virus scanner can't be reached. Please try again in a minute.")) from error
    if answer.endswith(" FOUND"):
        found = answer.removeprefix("stream:").removesuffix("FOUND").strip()
        logger.warning("virus scanner refused an upload: %s", found)
        raise Unfit(_("The virus scanner refused the file: %(name)s.") % {"name": found[:80]})
    if answer != "stream: OK":
        logger.warning("virus scanner answered %r", answer[:200])
        raise Unavailable(_("The virus scanner could not look at the file."))


def _ask(content: bytes) -> str:
    with _connection() as link:
        link.sendall(b"zINSTREAM\0")
        for start in range(0, len(content), CHUNK):
            part = content[start : start + CHUNK]
            link.sendall(struct.pack("!L", len(part)) + part)
        link.sendall(struct.pack("!L", 0))
        return _read(link)


def _read(link: socket.socket) -> str:
    answer = b""
    while not answer.endswith(b"\0") and len(answer) < 4096:
        part = link.recv(4096)
        if not part:
            break
        answer += part
    return answer.rstrip(b"\0").decode(errors="replace").strip()


def _connection() -> socket.socket:
    """To a path of a local socket, or ``host:port``."""
    address = settings.CLAMD_ADDRESS
    if address.startswith("/"):
        link = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        link.settimeout(PATIENCE)
        link.connect(address)
        return link
    host, _colon, port = address.rpartition(":")
    return socket.create_connection((host, int(port)), PATIENCE)
