"""The whole site in one file that either engine writes and either reads.

`parts`: which tables, and how a value stands in the file. `lines`: the file
itself, checked to the last byte. `writing`: one moment of the database into it.
`restoring`: out of it into an empty database, all or nothing. docs/operating.md
says what hosts need to know.
"""
