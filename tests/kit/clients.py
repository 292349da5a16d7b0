"""A client that speaks the API as a given user, with real tokens."""

from __future__ import annotations

import json
from typing import Any

from django.test import Client
from rest_framework.test import APIClient

from apps.accounts.authentication import BoundRefreshToken


def signed_in(user: Any) -> Client:
    """A browser of acme in which ``user`` is signed in."""
    client = Client(HTTP_HOST="acme.localhost")
    client.force_login(user, backend="apps.accounts.backends.RoleBackend")
    return client


class ApiClient:
    """``api.get("parties/parties/", page=2)`` → the decoded answer; ``expect`` is the HTTP status."""

    def __init__(self, user: Any = None, host: str = "acme.localhost") -> None:
        self.user = user
        self.client = APIClient(HTTP_HOST=host, raise_request_exception=True)
        if user is not None:
            token = BoundRefreshToken.for_user(user).access_token
            self.client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")

    def _call(self, method: str, path: str, expect: int, data: Any = None, **extra: Any) -> Any:
        url = path if path.startswith("/") else f"/api/v1/{path}"
        call = getattr(self.client, method)
        if method == "get":
            response = call(url, data or {}, **extra)
        else:
            response = call(url, data if data is not None else {}, format="json", **extra)
        content = response.getvalue()  # of a file that is sent in pieces too
        is_json = response.get("Content-Type", "").startswith("application/json")
        body = json.loads(content) if is_json else content
        assert response.status_code == expect, (response.status_code, body)
        self.last = response
        return body

    def get(self, path: str, expect: int = 200, **params: Any) -> Any:
        return self._call("get", path, expect, params)

    def post(self, path: str, data: Any = None, expect: int = 201, **extra: Any) -> Any:
        return self._call("post", path, expect, data, **extra)

    def upload(self, path: str, data: Any, expect: int = 201, **extra: Any) -> Any:
        """A multipart POST; files are open files or SimpleUploadedFile."""
        response = self.client.post(f"/api/v1/{path}", data, format="multipart", **extra)
        body = response.json()
        assert response.status_code == expect, (response.status_code, body)
        return body

    def patch(self, path: str, data: Any = None, expect: int = 200, **extra: Any) -> Any:
        return self._call("patch", path, expect, data, **extra)

    def put(self, path: str, data: Any = None, expect: int = 200, **extra: Any) -> Any:
        return self._call("put", path, expect, data, **extra)

    def delete(self, path: str, expect: int = 200, **extra: Any) -> Any:
        return self._call("delete", path, expect, None, **extra)
