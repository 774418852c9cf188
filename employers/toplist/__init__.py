"""The yearly list of the largest employers (R4): computed, adjusted with a reason, frozen by a person."""
