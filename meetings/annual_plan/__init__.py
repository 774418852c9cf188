"""The annual plan: which member of the college visits which employer of the list when, and when the series
meet. The planner itself (`inputs`, `board`, `planner`) knows no database; `gathering` reads what it needs,
`services` stores what came out."""
