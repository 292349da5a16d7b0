"""An OpenID provider over HTTP on this machine, with its own keys, that can be told to lie.

Written for attacks; that we understand a provider that isn't ours is shown with a package (test_browser).
"""

from __future__ import annotations

import base64
import hashlib
import json
import secrets
import threading
import time
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, unquote_plus, urlencode, urlsplit

import httpx
import jwt
from cryptography.hazmat.primitives.asymmetric import rsa

CLIENT, SECRET = "bahi-client", "s3cret+with/odd:signs"


def new_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


class OidcProvider:
    """``person``: claims of whoever signs in; ``lie(claims)`` changes what an ID token says."""

    def __init__(self) -> None:
        self.keys = {"k1": new_key()}
        self.kid = "k1"
        self.person: dict[str, Any] = {
            "sub": "p-1", "email": "asha@acme.example", "email_verified": True, "name": "Asha R",
        }  # fmt: skip
        self.user_info: dict[str, Any] = {}
        self.lie: Callable[[dict[str, Any]], dict[str, Any]] = dict
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.answer_more: dict[str, str] = {}
        self.description_more: dict[str, Any] = {}
        self.codes: dict[str, dict[str, str]] = {}
        self.calls: list[str] = []
        provider = self

        class Handler(BaseHTTPRequestHandler):
            def log_message(self, *_args: object) -> None:
                """Nothing: the test tells what went wrong."""

            def do_GET(self) -> None:
                provider.serve(self, {})

            def do_POST(self) -> None:
                length = int(self.headers.get("Content-Length", 0))
                provider.serve(self, parse_qs(self.rfile.read(length).decode(), keep_blank_values=True))

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    # --- over HTTP --------------------------------------------------------------------------------

    def serve(self, handler: BaseHTTPRequestHandler, form: dict[str, list[str]]) -> None:
        parts = urlsplit(handler.path)
        self.calls.append(parts.path)
        query = {name: values[-1] for name, values in parse_qs(parts.query).items()}
        fields = {name: values[-1] for name, values in form.items()}
        if parts.path == "/authorize":
            handler.send_response(302)
            handler.send_header("Location", self.authorize(query))
            handler.end_headers()
            return
        answers = {
            "/.well-known/openid-configuration": lambda: (200, self.description()),
            "/jwks": lambda: (200, {"keys": [self.public(kid) for kid in self.keys]}),
            "/token": lambda: self.token(fields, handler.headers.get("Authorization", "")),
            "/userinfo": lambda: (200, {"sub": self.person["sub"], **self.user_info}),
        }
        status, body = answers.get(parts.path, lambda: (404, {}))()
        handler.send_response(status)
        handler.send_header("Content-Type", "application/json")
        handler.end_headers()
        handler.wfile.write(json.dumps(body).encode())

    def description(self) -> dict[str, Any]:
        return {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "userinfo_endpoint": f"{self.url}/userinfo",
            "end_session_endpoint": f"{self.url}/logout",
            "jwks_uri": f"{self.url}/jwks",
            "id_token_signing_alg_values_supported": ["RS256", "none", "HS256"],
            **self.description_more,
        }

    def public(self, kid: str) -> dict[str, Any]:
        made = json.loads(jwt.algorithms.RSAAlgorithm.to_jwk(self.keys[kid].public_key()))
        return {**made, "kid": kid, "use": "sig", "alg": "RS256"}

    def authorize(self, query: dict[str, str]) -> str:
        """The person agrees at once."""
        code = secrets.token_urlsafe(16)
        self.codes[code] = query
        answer = {"code": code, "state": query["state"], **self.answer_more}
        return f"{query['redirect_uri']}?{urlencode(answer)}"

    def token(self, form: dict[str, str], header: str) -> tuple[int, dict[str, Any]]:
        """As RFC 6749 and RFC 7636 ask: the client's secret, the code once, address and verifier."""
        asked = self.codes.pop(form.get("code", ""), None)
        if asked is None or form.get("redirect_uri") != asked["redirect_uri"]:
            return 400, {"error": "invalid_grant"}
        name, _colon, secret = base64.b64decode(header.removeprefix("Basic ")).decode().partition(":")
        if (unquote_plus(name), unquote_plus(secret)) != (CLIENT, SECRET):
            return 401, {"error": "invalid_client"}
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != asked["code_challenge"]:
            return 400, {"error": "invalid_grant", "error_description": "verifier"}
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": int(time.time()),
            "exp": int(time.time()) + 300,
            "nonce": asked["nonce"],
            **({"auth_time": int(time.time())} if "max_age" in asked else {}),
            **self.person,
        }
        return 200, {"id_token": self.sign(self.lie(claims)), "access_token": "a", "token_type": "Bearer"}

    def signed(self, claims: dict[str, Any]) -> str:
        return jwt.encode(claims, self.keys[self.kid], algorithm="RS256", headers={"kid": self.kid})

    def logout_token(self, **changes: Any) -> str:
        claims = {
            "iss": self.url,
            "aud": CLIENT,
            "iat": int(time.time()),
            "jti": secrets.token_hex(8),
            "sub": self.person["sub"],
            "events": {"http://schemas.openid.net/event/backchannel-logout": {}},
            **changes,
        }
        return self.signed({name: value for name, value in claims.items() if value is not None})


def go_and_come_back(client: Any, code: str = "works", page: str = "") -> Any:
    """Start here, agree there, come back here: our answer to the return address."""
    asked = client.get(f"/accounts/sso/{code}/start/", {"next": page} if page else {})
    assert asked.status_code == 302, asked.content.decode()
    return client.get(came_back(asked["Location"]))


def came_back(address: str) -> str:
    """The provider's page at ``address`` → the path on our host to which it sends the browser."""
    answer = httpx.get(address, follow_redirects=False)
    parts = urlsplit(answer.headers["Location"])
    return f"{parts.path}?{parts.query}"
