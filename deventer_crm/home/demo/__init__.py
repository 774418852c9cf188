"""Demo data: a made-up municipality that looks made up, told through the services people use."""
