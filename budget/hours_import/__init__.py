"""Hours from the system of the organisation: a file that is looked at first, imported as a whole, and can be
taken back. It stands on employers.spreadsheets, as the lists and the register do."""
