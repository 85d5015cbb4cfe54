"""How the tables of each store come to be and change: one folder of Alembic revisions per store."""
