"""What every import from a spreadsheet shares: opening a file safely, recognising its columns, mending its
cells, saying what is wrong, and the way of a file through the background.

`register_import` (the register of establishments) and `sheet_import` (lists people keep themselves) stand on
it, each with its own columns, rows and rules.
"""
