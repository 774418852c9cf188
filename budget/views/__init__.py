"""Pages of the budget and of hours."""
