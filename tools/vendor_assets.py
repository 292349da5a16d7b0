"""Bring third-party browser files into the checkout, and prove later that nobody changed them.

    python tools/vendor_assets.py            fetch what static/vendor/vendor.json names, write the lock
    python tools/vendor_assets.py --check    compare the files on disk with the lock (no network)

The specification lists packages by exact version and the files wanted from each. A package comes as the
npm tarball through the ordinary client; its SHA-512 must equal the integrity that the registry publishes.
Only the named files and the licence are kept. Nothing here runs when Bahi is installed or served.
"""

from __future__ import annotations

import argparse
import base64
import hashlib
import json
import subprocess
import sys
import tarfile
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
SPEC = ROOT / "static/vendor/vendor.json"
LOCK = ROOT / "static/vendor/vendor.lock.json"


class VendorError(Exception):
    """A package or a file is not what the specification or the lock says."""


def sha256_of(path: Path) -> str:
    """Hex SHA-256 of a file's bytes."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


def npm(*arguments: str, cwd: Path) -> str:
    """Run the npm client and return what it printed; its own message is passed on when it fails."""
    done = subprocess.run(["npm", *arguments], cwd=cwd, capture_output=True, text=True, check=False)
    if done.returncode:
        raise VendorError(f"npm {' '.join(arguments)} failed: {done.stderr.strip()[-400:]}")
    return done.stdout


def tarball_fetch(package: dict, folder: Path) -> tuple[Path, str]:
    """Download one package; returns the tarball and its integrity, checked against the registry's record."""
    wanted = f"{package['name']}@{package['version']}"
    published = json.loads(npm("view", wanted, "dist.integrity", "--json", cwd=folder))
    packed = json.loads(npm("pack", wanted, "--json", cwd=folder))
    tarball = folder / packed[0]["filename"]
    digest = base64.b64encode(hashlib.sha512(tarball.read_bytes()).digest()).decode()
    if f"sha512-{digest}" != published:
        raise VendorError(f"{wanted}: the tarball does not match the registry's integrity")
    return tarball, published


def files_extract(package: dict, tarball: Path) -> dict[str, str]:
    """Write the chosen files and the licence; returns {path from the checkout: SHA-256}."""
    target = ROOT / package["to"]
    target.mkdir(parents=True, exist_ok=True)
    chosen = {**package["files"], package["licence"]: "LICENSE"}
    hashes = {}
    with tarfile.open(tarball) as archive:
        for inside, name in chosen.items():
            member = archive.extractfile(f"package/{inside}")
            if member is None:
                raise VendorError(f"{package['name']}: {inside} is not a file")
            path = target / name
            path.write_bytes(member.read())
            hashes[str(path.relative_to(ROOT))] = sha256_of(path)
    return hashes


def vendor_fetch() -> None:
    """Fetch every package of the specification and write the lock."""
    lock = []
    for package in json.loads(SPEC.read_text()):
        with tempfile.TemporaryDirectory() as folder:
            tarball, integrity = tarball_fetch(package, Path(folder))
            hashes = files_extract(package, tarball)
        lock.append(
            {
                "name": package["name"],
                "version": package["version"],
                "integrity": integrity,
                "sha256": hashes,
            }
        )
        print(f"{package['name']} {package['version']}: {len(hashes)} files")
    LOCK.write_text(json.dumps(lock, indent=2) + "\n")


def differences_find(spec: list[dict], lock: list[dict], root: Path = ROOT) -> list[str]:
    """What differs between specification, lock and disk, one sentence each; empty when all agree."""
    problems = []
    locked = {entry["name"]: entry for entry in lock}
    for package in spec:
        entry = locked.get(package["name"])
        if entry is None or entry["version"] != package["version"]:
            problems.append(f"{package['name']} {package['version']} is not in the lock")
    known = set()
    for entry in lock:
        for name, expected in entry["sha256"].items():
            known.add(name)
            path = root / name
            if not path.is_file():
                problems.append(f"{name} is missing")
            elif sha256_of(path) != expected:
                problems.append(f"{name} was changed")
    for package in spec:
        present = (path for path in sorted((root / package["to"]).rglob("*")) if path.is_file())
        names = (str(path.relative_to(root)) for path in present)
        problems.extend(f"{name} is not in the lock" for name in names if name not in known)
    return problems


def vendor_check() -> int:
    """Print every difference; the exit status says whether there is one."""
    problems = differences_find(json.loads(SPEC.read_text()), json.loads(LOCK.read_text()))
    for problem in problems:
        print(problem, file=sys.stderr)
    print("vendored files: " + (f"{len(problems)} problems" if problems else "all as locked"))
    return 1 if problems else 0


def main() -> int:
    """Entry point of the command line."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true", help="verify the files against the lock, offline")
    if parser.parse_args().check:
        return vendor_check()
    vendor_fetch()
    return 0


if __name__ == "__main__":
    sys.exit(main())
