"""Registers the rules of this app with core; one module per subject."""

from employers.portfolios import cover  # who stands in for whom

from . import followups, requests, yearly

__all__ = ["cover", "followups", "requests", "yearly"]
