"""Where things stand: the checkout and the data folder."""

import os
from dataclasses import dataclass
from pathlib import Path

from .console import LauncherError

ROOT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True)
class Layout:
    """The data folder of one installation and the files that the launcher keeps in it."""

    data: Path
    root: Path = ROOT

    @property
    def venv(self) -> Path:
        """The virtual environment with the pinned packages."""
        return self.data / "venv"

    @property
    def python(self) -> Path:
        """Its interpreter."""
        return self.venv / "bin" / "python"

    @property
    def secret_key(self) -> Path:
        """Signs sessions, tokens and links; made once."""
        return self.data / "secret.key"

    @property
    def secrets_keys(self) -> Path:
        """Seal the secrets kept in the database; made once, a new one is put first by `rotate_secrets`."""
        return self.data / "secrets.keys"

    @property
    def credentials(self) -> Path:
        """The demo's sign-ins: host, role, e-mail, password by tabs."""
        return self.data / "credentials.txt"

    @property
    def lock(self) -> Path:
        """Held while the environment is being built."""
        return self.data / "setup.lock"

    @property
    def serving(self) -> Path:
        """Held by the running `bin/serve`."""
        return self.data / "serve.lock"

    def make(self) -> None:
        """Make the data folder. Under root the server's own account must be able to pass through it."""
        try:
            if not self.data.exists():
                self.data.mkdir(parents=True)
                self.data.chmod(0o711 if os.geteuid() == 0 else 0o700)
            usable = os.access(self.data, os.W_OK | os.X_OK)
        except OSError as error:
            raise LauncherError(
                f"Cannot make the data folder {self.data}: {error.strerror}. Choose another with --data."
            ) from None
        if not usable:
            raise LauncherError(
                f"The data folder {self.data} belongs to somebody else; choose another with --data."
            )


def layout_for(argument: str | None) -> Layout:
    """From `--data`, else BAHI_DATA, else `.bahi` in the checkout."""
    chosen = argument or os.environ.get("BAHI_DATA") or ""
    return Layout(Path(chosen).expanduser().absolute() if chosen else ROOT / ".bahi")
