"""base: shared; local: one machine with embedded servers; test; production."""
