"""A small SVG writer: every attribute and every text is escaped here and nowhere else."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

Number = float | int
Point = tuple[float, float]
Stop = tuple[float, str] | tuple[float, str, float]
"""Offset 0 to 1, colour, and opacity where it is not 1."""

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


class Canvas:
    """Collects the elements of one picture of `width` by `height` user units."""

    def __init__(self, width: int, height: int) -> None:
        self.width = width
        self.height = height
        self._definitions: list[str] = []
        self._elements: list[str] = []

    @property
    def is_tall(self) -> bool:
        """Whether the picture is higher than wide."""
        return self.height > self.width

    @property
    def unit(self) -> float:
        """A hundredth of the shorter side: lengths in it fit every shape."""
        return min(self.width, self.height) / 100

    def linear(self, *stops: Stop, angle: tuple[Number, Number] = (0, 1)) -> str:
        """Define a gradient along a direction and return the paint to fill with."""
        x2, y2 = angle
        return self._gradient("linearGradient", stops, x1=0, y1=0, x2=x2, y2=y2)

    def radial(self, *stops: Stop, centre: Point = (0.5, 0.5), radius: float = 0.5) -> str:
        """Define a gradient around a point of the filled shape's box and return its paint."""
        cx, cy = centre
        return self._gradient("radialGradient", stops, cx=cx, cy=cy, r=radius)

    def rect(
        self, x: Number, y: Number, width: Number, height: Number, **attributes: Number | str
    ) -> None:
        """Draw a rectangle."""
        self._draw("rect", x=x, y=y, width=width, height=height, **attributes)

    def fill(self, paint: str, **attributes: Number | str) -> None:
        """Paint the whole picture."""
        self.rect(0, 0, self.width, self.height, fill=paint, **attributes)

    def circle(self, x: Number, y: Number, radius: Number, **attributes: Number | str) -> None:
        """Draw a circle."""
        self._draw("circle", cx=x, cy=y, r=radius, **attributes)

    def ellipse(
        self, x: Number, y: Number, rx: Number, ry: Number, **attributes: Number | str
    ) -> None:
        """Draw an ellipse."""
        self._draw("ellipse", cx=x, cy=y, rx=rx, ry=ry, **attributes)

    def line(
        self, x1: Number, y1: Number, x2: Number, y2: Number, **attributes: Number | str
    ) -> None:
        """Draw a line."""
        self._draw("line", x1=x1, y1=y1, x2=x2, y2=y2, **attributes)

    def polygon(self, points: Iterable[Point], **attributes: Number | str) -> None:
        """Draw a closed shape with straight sides."""
        text = " ".join(f"{_number(x)},{_number(y)}" for x, y in points)
        self._draw("polygon", points=text, **attributes)

    def path(self, commands: Sequence[str | Number], **attributes: Number | str) -> None:
        """Draw a path given as commands and numbers: `["M", 0, 0, "L", 5, 5]`."""
        text = " ".join(part if isinstance(part, str) else _number(part) for part in commands)
        self._draw("path", d=text, **attributes)

    def text(self, content: str, x: Number, y: Number, **attributes: Number | str) -> None:
        """Write a line of text with its baseline at y."""
        shown = escape(_NOT_XML.sub("", content))
        self._elements.append(f"<text{_attributes({'x': x, 'y': y, **attributes})}>{shown}</text>")

    def document(self, title: str) -> str:
        """Return the whole picture; `title` is what a screen reader says."""
        shown = escape(_NOT_XML.sub("", title))
        head = _attributes(
            {
                "xmlns": "http://www.w3.org/2000/svg",
                "viewBox": f"0 0 {self.width} {self.height}",
                "width": self.width,
                "height": self.height,
                "role": "img",
            }
        )
        definitions = f"<defs>{''.join(self._definitions)}</defs>" if self._definitions else ""
        return f"<svg{head}><title>{shown}</title>{definitions}{''.join(self._elements)}</svg>\n"

    def _gradient(self, tag: str, stops: Sequence[Stop], **geometry: Number | str) -> str:
        name = f"p{len(self._definitions)}"
        inner = "".join(_stop(stop) for stop in stops)
        self._definitions.append(f"<{tag}{_attributes({'id': name, **geometry})}>{inner}</{tag}>")
        return f"url(#{name})"

    def _draw(self, tag: str, **attributes: Number | str) -> None:
        self._elements.append(f"<{tag}{_attributes(attributes)}/>")


def _stop(stop: Stop) -> str:
    attributes: dict[str, Number | str] = {"offset": stop[0], "stop-color": stop[1]}
    if len(stop) == 3:
        attributes["stop-opacity"] = stop[2]
    return f"<stop{_attributes(attributes)}/>"


def _attributes(attributes: dict[str, Number | str]) -> str:
    return "".join(
        f" {name if name == 'viewBox' else name.replace('_', '-')}={quoteattr(_value(value))}"
        for name, value in attributes.items()
    )


def _value(value: Number | str) -> str:
    return _NOT_XML.sub("", value) if isinstance(value, str) else _number(value)


def _number(value: Number) -> str:
    # Two decimals are finer than any screen and keep the files small.
    text = f"{value:.2f}"
    return text.rstrip("0").rstrip(".") if "." in text else text
