"""Read models of the agenda and of one meeting."""
