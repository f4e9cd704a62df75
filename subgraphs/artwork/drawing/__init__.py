"""Draws posters and landscapes as SVG from a title's name, year and genres: pure."""
