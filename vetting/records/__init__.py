"""The rooms that know SQL: case files, released reports, accounts, and the seal."""
