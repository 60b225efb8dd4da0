"""The coordinator's desk: what the team sees of all dossiers, and what it does with them."""
