"""A page's socket against the real ASGI application."""

from __future__ import annotations

import json
from typing import Any

from asgiref.testing import ApplicationCommunicator

from config.asgi import application


class Page(ApplicationCommunicator):
    """``async with Page(session=…) as page`` connects; ``await page.next(type)`` waits for one."""

    def __init__(
        self,
        *,
        session: str = "",
        host: str = "acme.localhost",
        origin: str | None = "http://acme.localhost",
    ) -> None:
        headers = [(b"host", host.encode())]
        if origin is not None:
            headers.append((b"origin", origin.encode()))
        if session:
            headers.append((b"cookie", f"theme=x; sessionid={session}".encode()))
        scope = {
            "type": "websocket",
            "path": "/ws/",
            "query_string": b"",
            "headers": headers,
            "subprotocols": [],
        }
        super().__init__(application, scope)

    async def connect(self) -> bool:
        """Whether the server took the socket."""
        await self.send_input({"type": "websocket.connect"})
        output = await self.receive_output(timeout=10)
        return output["type"] == "websocket.accept"

    async def __aenter__(self) -> Page:
        self.accepted = await self.connect()
        return self

    async def __aexit__(self, *_error: Any) -> None:
        await self.send_input({"type": "websocket.disconnect", "code": 1000})
        await self.wait(timeout=5)

    async def send_to(self, text: str | None = None, content: bytes | None = None) -> None:
        await self.send_input({"type": "websocket.receive", "text": text, "bytes": content})

    async def say(self, kind: str, **data: Any) -> None:
        await self.send_to(json.dumps({"type": kind, "data": data}))

    async def next(self, kind: str = "", timeout: float = 20) -> dict[str, Any]:
        """The next message of this type (others are passed over)."""
        while True:
            output = await self.receive_output(timeout=timeout)
            assert output["type"] == "websocket.send", output
            message = json.loads(output["text"])
            if not kind or message["type"] == kind:
                return message

    async def closed(self, timeout: float = 20) -> int:
        """Wait for the server to close; its code."""
        while True:
            output = await self.receive_output(timeout=timeout)
            if output["type"] == "websocket.close":
                return output.get("code", 1000)


async def end_layer() -> None:
    """Stop the listener of this loop, so that the loop can end cleanly."""
    from channels.layers import get_channel_layer

    layer = get_channel_layer()
    if hasattr(layer, "close"):
        await layer.close()


def run(scenario: Any) -> Any:
    """Run a coroutine function in a loop of its own."""
    import asyncio

    async def whole() -> Any:
        try:
            return await scenario()
        finally:
            await end_layer()

    return asyncio.run(whole())
