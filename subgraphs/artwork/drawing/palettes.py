"""Colours that belong together."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Palette:
    """Five colours: a dark and a light end, two in between, and one that stands out.

    `ink` is what letters are written in; it reads well on `dark`.
    """

    name: str
    dark: str
    deep: str
    mid: str
    light: str
    accent: str
    ink: str


PALETTES = {
    palette.name: palette
    for palette in (
        Palette("ember", "#1b0f14", "#4a1420", "#a8322d", "#f0a35e", "#ffd27a", "#fff3de"),
        Palette("midnight", "#070b1a", "#14204a", "#34508f", "#9fb8e8", "#f6d66b", "#f4f1e4"),
        Palette("absinthe", "#07140f", "#0f3328", "#2e7a55", "#b8d98a", "#e9f5b0", "#f3f8e6"),
        Palette("crimson", "#140608", "#450b12", "#8f1420", "#e0584a", "#ffc9a8", "#fff0e6"),
        Palette("ivory", "#1d1a17", "#5a4a3a", "#b08d62", "#efe3c8", "#c8452f", "#fbf5e6"),
        Palette("lagoon", "#04151c", "#0b4454", "#1f8a94", "#9fe0d0", "#ff8a5c", "#effaf4"),
        Palette("orchid", "#180a22", "#46195e", "#9a3f9c", "#f0a6c8", "#ffe08a", "#fdf0f6"),
        Palette("desert", "#23100a", "#6b2a14", "#cf6a2c", "#f7c98b", "#3fa7a0", "#fff4e2"),
        Palette("steel", "#0b0e12", "#242d38", "#566473", "#c2ccd6", "#e8483f", "#f2f5f7"),
        Palette("nebula", "#08061a", "#251a5e", "#5a3fc0", "#8fd0ff", "#ff5fa2", "#f1f0ff"),
        Palette("meadow", "#0f1c12", "#1f4d33", "#5aa05a", "#dbe8a0", "#ff7a4d", "#fbfbea"),
        Palette("saffron", "#26130a", "#7a3411", "#e08a1e", "#ffe1a0", "#1f6f78", "#fff6e0"),
        Palette("rose", "#230d18", "#6e2140", "#d35d78", "#fbc8c0", "#ffe9a8", "#fff2ee"),
        Palette("silver", "#0c0c0d", "#2b2b2e", "#6e6e73", "#d8d8d4", "#f2c14e", "#fafaf7"),
        Palette("cobalt", "#04102b", "#0a2f7a", "#2463c9", "#a9cdf7", "#ffb52e", "#f3f7ff"),
        Palette("coral", "#22110f", "#7b2d2a", "#f0625a", "#ffd7b8", "#1d8f8a", "#fff5ee"),
    )
}
