"""A cache that may be away: a dead Redis costs speed, never an answer."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable
from functools import wraps
from typing import Any

from django.core.cache.backends.redis import RedisCache
from redis.exceptions import RedisError

logger = logging.getLogger(__name__)
PAUSE = 5.0


def _tolerant(name: str, otherwise: Callable[..., Any]) -> Callable[..., Any]:
    original = getattr(RedisCache, name)

    @wraps(original)
    def call(self: Any, *args: Any, **kwargs: Any) -> Any:
        if self.away_until > time.monotonic():
            return otherwise(*args, **kwargs)
        try:
            return original(self, *args, **kwargs)
        except (RedisError, OSError) as error:
            self.away_until = time.monotonic() + PAUSE
            logger.warning("cache is away: %s", error)
            return otherwise(*args, **kwargs)

    return call


class TolerantRedisCache(RedisCache):
    """Misses while Redis is away; tries it again after five seconds."""

    away_until = 0.0

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = params.setdefault("OPTIONS", {})
        options.setdefault("socket_connect_timeout", 1)
        options.setdefault("socket_timeout", 2)
        super().__init__(server, params)

    add = _tolerant("add", lambda *_a, **_k: True)
    get = _tolerant("get", lambda _key, default=None, **_k: default)
    set = _tolerant("set", lambda *_a, **_k: None)
    touch = _tolerant("touch", lambda *_a, **_k: False)
    delete = _tolerant("delete", lambda *_a, **_k: False)
    get_many = _tolerant("get_many", lambda *_a, **_k: {})
    has_key = _tolerant("has_key", lambda *_a, **_k: False)
    incr = _tolerant("incr", lambda _key, delta=1, **_k: delta)
    set_many = _tolerant("set_many", lambda *_a, **_k: [])
    delete_many = _tolerant("delete_many", lambda *_a, **_k: None)
    clear = _tolerant("clear", lambda *_a, **_k: False)
