"""From a list that somebody keeps in a spreadsheet to organisations and people (in the spirit of R11).

Downwards: `spreadsheets` opens the file, `columns` recognises the header, `lines` cleans one row, `finding`
looks up what is known, `organisations` and `people` decide what a row means and write it, `running` ties it
together for a dry run and for the real one, `deciding` and `undoing` come after it.
"""
