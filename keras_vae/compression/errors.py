"""What is wrong with a file."""


class DamagedFileError(ValueError):
    """A file that is not as it was written: nothing of the damaged part is returned."""


class WrongModelError(ValueError):
    """A file that was written with another model."""
