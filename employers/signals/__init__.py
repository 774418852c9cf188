"""Signals (breakthrough 7): facts worth a look, each with its reason, source and date. No score, no duty, and
never about natural persons (R2)."""

from .reading import employers_with_signal, signals_for, strongest
from .registry import SIGNALS, Signal, SignalKind, signal_choices

__all__ = [
    "SIGNALS",
    "Signal",
    "SignalKind",
    "employers_with_signal",
    "signal_choices",
    "signals_for",
    "strongest",
]
