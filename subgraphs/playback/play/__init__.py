"""What playback does for a member: start, keep alive, stop, remember."""
