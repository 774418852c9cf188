"""Read models of employers: what a page shows, computed in a fixed number of queries."""

from .listing import Listing, employer_listing, find_employers

__all__ = ["Listing", "employer_listing", "find_employers"]
