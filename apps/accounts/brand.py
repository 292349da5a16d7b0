"""The organisation's look on pages: accent colour with a text colour that can be read on it."""

from __future__ import annotations

from apps.core.tenant import current_organisation, is_public

DEFAULT_ACCENT = "#3446a8"


def _channels(colour: str) -> list[int]:
    return [int(colour[index : index + 2], 16) for index in (1, 3, 5)]


def _luminance(colour: str) -> float:
    """Relative luminance as WCAG 2 defines it, 0 (black) to 1 (white)."""
    parts = []
    for value in _channels(colour):
        part = value / 255
        parts.append(part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4)
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def readable_on(colour: str) -> str:
    """Black or white, whichever has the better contrast on the colour."""
    light = _luminance(colour)
    return "#ffffff" if 1.05 / (light + 0.05) >= (light + 0.05) / 0.05 else "#000000"


def contrast(one: str, other: str) -> float:
    """WCAG 2's contrast of two colours, 1 to 21."""
    high, low = sorted((_luminance(one), _luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def _mixed(colour: str, other: int, share: float) -> str:
    mixed = [round(value * (1 - share) + other * share) for value in _channels(colour)]
    return "#" + "".join(f"{value:02x}" for value in mixed)


def _until(colour: str, other: int, contrast_on: str, wanted: float = 4.5) -> str:
    """The colour, darkened or lightened until text of it can be read on a background."""
    base = _luminance(contrast_on)
    for step in range(20):
        tried = _mixed(colour, other, step / 20)
        light = _luminance(tried)
        high, low = max(light, base), min(light, base)
        if (high + 0.05) / (low + 0.05) >= wanted:
            return tried
    return _mixed(colour, other, 1)


def accent_css() -> str:
    """Custom properties for light and dark pages from the accent colour of the organisation in use."""
    accent = DEFAULT_ACCENT if is_public() else current_organisation().accent
    light = _until(accent, 0, "#f5f6f8")
    dark = _until(accent, 255, "#171d26")
    return (
        f":root{{--bahi-accent:{accent};--bahi-on-accent:{readable_on(accent)};"
        f"--bahi-primary:{light};--bahi-primary-strong:{_mixed(light, 0, 0.2)};--bahi-focus:{light};"
        f"--bahi-on-primary:{readable_on(light)}}}"
        f":root.dark{{--bahi-primary:{dark};--bahi-primary-strong:{_mixed(dark, 255, 0.2)};"
        f"--bahi-focus:{dark};--bahi-on-primary:{readable_on(dark)}}}\n"
    )
