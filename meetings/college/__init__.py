"""The college page."""

from .page import college_dashboard, greeting

__all__ = ["college_dashboard", "greeting"]
