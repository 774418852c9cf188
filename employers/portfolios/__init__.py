"""Who looks after which employers (R3, C6): portfolios that propose, hand-over with everything that is open,
and cover for a time."""
