"""Filling pages from top to bottom, and the frame that each page gets when the number of pages is known."""

from __future__ import annotations

from collections.abc import Callable

from .pdf import PdfFile, stream_object
from .pen import Pen, Resources

Frame = Callable[[Pen, int, int], None]
"""Draws what repeats on a page: gets the layer, the page (from 1) and the number of pages."""


class Flow:
    """A column of page bodies. `y` is the next free height on the current page, `blank` what the page before
    it left empty."""

    def __init__(
        self,
        resources: Resources,
        size: tuple[float, float],
        *,
        margin: float,
        top: float,
        next_top: float,
        bottom: float,
    ) -> None:
        self.resources = resources
        self.width, self.height = size
        self.left, self.right = margin, size[0] - margin
        self.next_top, self.bottom = next_top, bottom
        self.pages: list[Pen] = [Pen(resources)]
        self.y = top
        self.blank = 0.0

    @property
    def pen(self) -> Pen:
        """The layer of the current page."""
        return self.pages[-1]

    @property
    def room(self) -> float:
        """Free height on the current page."""
        return self.y - self.bottom

    @property
    def full(self) -> float:
        """Free height of an empty following page."""
        return self.next_top - self.bottom

    @property
    def fresh(self) -> bool:
        """On an empty following page."""
        return self.y == self.next_top and len(self.pages) > 1

    def new_page(self) -> None:
        """Goes on to the next page."""
        self.blank = self.room
        self.pages.append(Pen(self.resources))
        self.y = self.next_top

    def keep(self, height: float) -> None:
        """Starts a new page unless `height` still fits."""
        if self.room < height and not self.fresh:
            self.new_page()


def write_pages(file: PdfFile, flow: Flow, copies: tuple[tuple[Frame, Frame], ...]) -> None:
    """Writes the pages once for each copy; a copy has a frame below the body and one above. Bodies are
    shared."""
    bodies = [file.add(stream_object(pen.bytes())) for pen in flow.pages]
    count = len(bodies)
    for below, above in copies:
        for number, body in enumerate(bodies, 1):
            contents = []
            for frame in (below, above):
                pen = Pen(flow.resources)
                frame(pen, number, count)
                contents.append(0 if pen.empty else file.add(stream_object(pen.bytes())))
            layers = [layer for layer in (contents[0], body, contents[1]) if layer]
            file.add_page(flow.width, flow.height, layers)
