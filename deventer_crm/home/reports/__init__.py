"""The quarterly report: figures that are frozen, texts beside them, documents made from both (R6, R9)."""
