"""Names in the address of a list that are not filters. No filter may have one: it would be lost, or mean the
other thing, as soon as somebody pages or sorts."""

TEXT, SORT, COLUMNS, VIEW, AFTER, BEFORE, PANEL = "q", "sort", "columns", "view", "after", "before", "panel"
#: What is about this one look, not about what is asked for.
PASSING = frozenset({VIEW, AFTER, BEFORE, PANEL})
RESERVED = PASSING | {TEXT, SORT, COLUMNS}
