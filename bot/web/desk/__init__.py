"""The pages of the team: what is new, the table of dossiers, one dossier, acts on many, dossiers that came on paper."""
