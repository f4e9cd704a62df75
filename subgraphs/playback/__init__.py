"""The playback domain graph service."""
