class LocalServerError(Exception):
    """A local server cannot be made, started or stopped; the message says what to do about it."""
