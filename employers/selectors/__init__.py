"""Read models of employers: what a page shows, computed in a fixed number of queries."""

from .listing import find_employers

__all__ = ["find_employers"]
