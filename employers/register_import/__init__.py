"""From a register file (BIRO, LISA, KVK) to rows in the database (R11).

Downwards: `reading` opens the file, `columns` recognises the header, `rows` cleans one line, `staging`
keeps the lines, `matching` decides what each line means, `applying` writes, `running` ties it together.
"""
