"""Our nginx files in a real nginx: TLS of today, no plain answer, and what the application is told."""

from __future__ import annotations

import http.client
import ipaddress
import shutil
import socket
import ssl
import subprocess
import time
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import pytest
from _launcher.layout import ROOT
from _launcher.postgres import free_port
from cryptography import x509
from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.kit.certificates import self_signed

NGINX = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
pytestmark = pytest.mark.skipif(NGINX is None, reason="nginx is not installed")


class Web(BaseHTTPRequestHandler):
    """Stands behind nginx and tells what it was told."""

    def do_GET(self) -> None:
        told = ("Host", "X-Forwarded-Proto", "X-Forwarded-For")
        text = " ".join(str(self.headers[name]) for name in told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text)

    def log_message(self, format: str, *args: object) -> None:
        """Nothing."""


def certificate(folder: Path) -> None:
    key = ec.generate_private_key(ec.SECP256R1())
    names = [x509.DNSName("localhost"), x509.IPAddress(ipaddress.ip_address("127.0.0.1"))]
    (folder / "site.crt").write_text(self_signed(key, "localhost", names))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    (folder / "site.key").write_bytes(private)


def placed(text: str, folder: Path, ports: dict[str, int]) -> str:
    """Our file as it is, with the container's places and ports changed to ours."""
    for old, new in {
        "/etc/nginx/certificates/": f"{folder}/",
        "listen 80 ": f"listen 127.0.0.1:{ports['plain']} ",
        "listen 443 ": f"listen 127.0.0.1:{ports['tls']} ",
        "server web:8000": f"server 127.0.0.1:{ports['web']}",
        "server sockets:8000": f"server 127.0.0.1:{ports['web']}",
        "http2 on;": "",  # older nginx says it in the listen line
    }.items():
        text = text.replace(old, new)
    return text


@pytest.fixture(scope="module")
def ports(tmp_path_factory) -> Iterator[dict[str, int]]:
    folder = tmp_path_factory.mktemp("nginx")
    folder.chmod(0o755)
    certificate(folder)
    (folder / "bahi").symlink_to(ROOT / "deploy/nginx")
    web = HTTPServer(("127.0.0.1", 0), Web)
    Thread(target=web.serve_forever, daemon=True).start()
    found = {"web": web.server_port, "plain": free_port(), "tls": free_port(), "folder": str(folder)}
    parts = [(ROOT / f"deploy/nginx/{name}.conf").read_text() for name in ("servers", "tls")]
    temporary = "\n".join(
        f"{kind}_temp_path {folder}/{kind};" for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi")
    )
    body = placed("\n".join(parts), folder, found)
    (folder / "nginx.conf").write_text(
        f"daemon off; pid {folder}/pid; error_log {folder}/error;\nevents {{}}\n"
        f"http {{ access_log off; {temporary}\n{body}\n}}\n"
    )
    process = subprocess.Popen([NGINX, "-c", folder / "nginx.conf", "-p", folder], stderr=subprocess.PIPE)
    end = time.monotonic() + 20
    while socket.socket().connect_ex(("127.0.0.1", found["tls"])):
        assert process.poll() is None, process.stderr.read().decode()
        assert time.monotonic() < end
        time.sleep(0.1)
    yield found
    process.terminate()
    process.wait(10)
    web.shutdown()


def hello(ports, *, least=None, most=None, ciphers="") -> tuple[str, str]:
    """(version, cipher) that nginx agrees to. Raises OSError when it refuses."""
    context = ssl.create_default_context(cafile=f"{ports['folder']}/site.crt")
    context.set_ciphers(ciphers or "ALL:@SECLEVEL=0")
    if least:
        context.minimum_version = least
    if most:
        context.maximum_version = most
    link = socket.create_connection(("127.0.0.1", ports["tls"]), 5)
    with link, context.wrap_socket(link, server_hostname="localhost") as safe:
        return safe.version(), safe.cipher()[0]


def test_only_tls_of_today_and_the_newest_first(ports):
    version = ssl.TLSVersion
    assert hello(ports)[0] == "TLSv1.3"
    assert hello(ports, most=version.TLSv1_2)[0] == "TLSv1.2"
    for old in (version.TLSv1, version.TLSv1_1):
        with pytest.warns(DeprecationWarning, match="deprecated"), pytest.raises(OSError):
            hello(ports, least=old, most=old)


def test_only_ciphers_with_forward_secrecy_and_authentication(ports):
    most = ssl.TLSVersion.TLSv1_2
    assert "GCM" in hello(ports, most=most, ciphers="ECDHE+AESGCM")[1]
    for weak in ("AES128-SHA:AES256-SHA", "AES128-GCM-SHA256", "ECDHE-ECDSA-AES128-SHA"):
        with pytest.raises(OSError):
            hello(ports, most=most, ciphers=f"{weak}:@SECLEVEL=0")


def test_plain_http_is_sent_on_and_pages_know_that_they_are_safe(ports):
    plain = http.client.HTTPConnection("127.0.0.1", ports["plain"], timeout=5)
    plain.request("GET", "/sales/?a=1", headers={"Host": "acme.example.com"})
    answer = plain.getresponse()
    assert (answer.status, answer.headers["Location"]) == (301, "https://acme.example.com/sales/?a=1")
    context = ssl.create_default_context(cafile=f"{ports['folder']}/site.crt")
    safe = http.client.HTTPSConnection("localhost", ports["tls"], timeout=5, context=context)
    for path in ("/", "/ws/"):
        safe.request("GET", path, headers={"Host": "acme.example.com", "X-Forwarded-For": "6.6.6.6"})
        assert safe.getresponse().read() == b"acme.example.com https 127.0.0.1"
