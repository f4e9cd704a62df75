"""How long the generated clips are; apart from their making, which is costly to import."""

CLIP_SECONDS = 30
