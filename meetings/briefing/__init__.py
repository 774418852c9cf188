"""The briefing of a meeting: compiled from the records when somebody looks, kept when it is held."""

from .compiling import Section, compile_briefing, freeze_lines, read_frozen
from .sections import About, Line, briefing_section

__all__ = [
    "About",
    "Line",
    "Section",
    "briefing_section",
    "compile_briefing",
    "freeze_lines",
    "read_frozen",
]
