"""Models in the formats that servers read."""
