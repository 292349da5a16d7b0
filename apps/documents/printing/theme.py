"""Inks and text styles of a page. One accent colour comes from the company, everything else is ours."""

from __future__ import annotations

import functools

from .pen import BOLD, REGULAR, Style, colour, mix

INK = colour("#1A2230")
SOFT = colour("#5B6675")
FAINT = colour("#8A94A3")
HAIR = colour("#D8DDE4")
RULE = colour("#9AA4B2")
WHITE = colour("#FFFFFF")

A4 = (595.28, 841.89)
MARGIN = 36.0


class Theme:
    """Styles for one accent colour."""

    def __init__(self, accent: str) -> None:
        self.accent = colour(accent)
        self.tint = mix(accent, 0.07)
        self.title = Style(BOLD, 17, self.accent)
        self.company = Style(BOLD, 13, INK)
        self.text = Style(REGULAR, 8, INK)
        self.strong = Style(BOLD, 8, INK)
        self.soft = Style(REGULAR, 8, SOFT)
        self.small = Style(REGULAR, 7, SOFT)
        self.small_strong = Style(BOLD, 7, INK)
        self.label = Style(REGULAR, 6.8, FAINT)
        self.value = Style(BOLD, 8.6, INK)
        self.caption = Style(BOLD, 7, self.accent)
        self.party = Style(BOLD, 9.4, INK)
        self.grand = Style(BOLD, 10.5, self.accent)
        self.stamp = Style(BOLD, 7.4, colour("#A8321E"))
        self.copy = Style(BOLD, 7, SOFT)
        self.foot = Style(REGULAR, 6.8, FAINT)
        self.watermark = Style(BOLD, 92, mix("#5B6675", 0.11))
        self.watermark_void = Style(BOLD, 92, mix("#A8321E", 0.13))


@functools.lru_cache(maxsize=64)
def theme(accent: str) -> Theme:
    """The theme of an accent colour (`#RRGGBB`). ValueError when it isn't a colour."""
    try:
        return Theme(accent)
    except ValueError as error:
        raise ValueError(f"company.accent: {error}") from error
