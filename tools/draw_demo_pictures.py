"""Draws logo, signature and seal of the demo's companies into fixtures/demo/pictures: our own work, made anew
with `python tools/draw_demo_pictures.py`."""

from __future__ import annotations

import math
from pathlib import Path

from PIL import Image, ImageDraw, ImageFont

ROOT = Path(__file__).resolve().parent.parent
PLACE = ROOT / "fixtures/demo/pictures"
FONT = ROOT / "apps/documents/printing/fonts/Latin-SemiBold.ttf"
SCALE = 4
COMPANIES = {
    "main": ("#1F4E79", "#E8A33D", "SAHYADRI ELECTRICALS  ·  PUNE  ·", (1.0, 1.6, 0.6)),
    "south": ("#1E6B52", "#E8A33D", "SAHYADRI SOUTH  ·  BENGALURU  ·", (1.4, 0.9, 2.1)),
}


def canvas(width: int, height: int) -> tuple[Image.Image, ImageDraw.ImageDraw]:
    """A clear sheet, drawn large and made smaller at the end."""
    image = Image.new("RGBA", (width * SCALE, height * SCALE), (255, 255, 255, 0))
    return image, ImageDraw.Draw(image)


def keep(image: Image.Image, name: str) -> None:
    """Smooth, few colours, small."""
    small = image.resize((image.width // SCALE, image.height // SCALE), Image.Resampling.LANCZOS)
    small.quantize(48, method=Image.Quantize.FASTOCTREE).save(PLACE / f"{name}.png", optimize=True)


def logo(name: str, ink: str, light: str) -> None:
    """Two hills before the sun, and a spark."""
    image, pen = canvas(200, 200)

    def at(*points: float) -> list[float]:
        return [value * SCALE for value in points]

    pen.rounded_rectangle(at(4, 4, 196, 196), 40 * SCALE, fill=ink)
    pen.ellipse(at(104, 40, 160, 96), fill=light)
    pen.polygon(at(20, 160, 82, 72, 122, 128, 138, 108, 180, 160), fill="#FFFFFF")
    pen.polygon(at(88, 96, 66, 132, 82, 132, 74, 156, 104, 120, 86, 120), fill=ink)
    keep(image, f"{name}-logo")


def signature(name: str, waves: tuple[float, float, float]) -> None:
    """A stroke of a pen: three waves over one another that grow calm, and a line below."""
    image, pen = canvas(300, 100)
    points = []
    for step in range(601):
        t = step / 600
        swing = (1 - t) ** 0.7
        y = sum(math.sin(t * turn * 17 + number) / (number + 1) for number, turn in enumerate(waves))
        x = 14 + 262 * t + 13 * math.sin(t * 41)
        points.append((x * SCALE, (46 + 24 * swing * y) * SCALE))
    pen.line(points, fill="#22357A", width=2 * SCALE, joint="curve")
    pen.line([(40 * SCALE, 88 * SCALE), (288 * SCALE, 76 * SCALE)], fill="#22357A", width=2 * SCALE)
    keep(image, f"{name}-signature")


def seal(name: str, text: str) -> None:
    """Two rings with the name around, as a rubber stamp leaves it."""
    image, pen = canvas(220, 220)
    ink, middle = (74, 62, 148, 225), 110 * SCALE
    for radius, width in ((104, 3), (99, 1), (66, 2)):
        box = [
            middle - radius * SCALE,
            middle - radius * SCALE,
            middle + radius * SCALE,
            middle + radius * SCALE,
        ]
        pen.ellipse(box, outline=ink, width=width * SCALE)
    font = ImageFont.truetype(str(FONT), 21 * SCALE)
    whole = sum(font.getlength(sign) for sign in text)
    angle = 0.0
    for sign in text:
        share = font.getlength(sign) / whole * 360
        letter = Image.new("RGBA", image.size, (0, 0, 0, 0))
        place = (middle, middle - 82 * SCALE)
        ImageDraw.Draw(letter).text(place, sign, font=font, fill=ink, anchor="mm")
        image.alpha_composite(letter.rotate(-(angle + share / 2), center=(middle, middle)))
        angle += share
    pen.polygon(
        [
            (middle + math.sin(k * math.pi / 5) * (34 if k % 2 == 0 else 15) * SCALE,
             middle - math.cos(k * math.pi / 5) * (34 if k % 2 == 0 else 15) * SCALE)
            for k in range(10)
        ],
        fill=ink,
    )  # fmt: skip
    keep(image, f"{name}-seal")


def main() -> None:
    PLACE.mkdir(parents=True, exist_ok=True)
    for name, (ink, light, text, waves) in COMPANIES.items():
        logo(name, ink, light)
        signature(name, waves)
        seal(name, text)


if __name__ == "__main__":
    main()
