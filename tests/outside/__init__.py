"""A package of somebody else's, with parts of its own."""
