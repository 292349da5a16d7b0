"""File names as people gave them, made harmless."""

from __future__ import annotations

import re
import unicodedata

MAX_NAME = 120
_FORBIDDEN = re.compile(r'[<>:"|?*\x00-\x1f\x7f]')


def clean_name(name: str, otherwise: str = "file") -> str:
    """The last part of the name: no folders, control signs or text-direction tricks, at most 120 long.

    >>> clean_name("..\\\\secret/../Bill 7 <b>.PDF")
    'Bill 7 b.pdf'
    """
    last = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    kept = "".join(
        sign for sign in last if unicodedata.category(sign) not in ("Cc", "Cf", "Cs", "Co", "Zl", "Zp")
    )
    kept = " ".join(_FORBIDDEN.sub("", kept).split()).strip(" .")
    stem, dot, extension = kept.rpartition(".")
    if not dot:
        return kept[:MAX_NAME] or otherwise
    extension = extension.lower()[:10].strip()
    stem = stem.strip(" .")[: MAX_NAME - len(extension) - 1] or otherwise
    return f"{stem}.{extension}"


def extension_of(name: str) -> str:
    """Lower-case extension without its dot; empty when there is none."""
    return name.rpartition(".")[2].lower() if "." in name else ""
