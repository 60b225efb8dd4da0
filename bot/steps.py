"""Which screens are a question, for every door that says how far one is."""

from __future__ import annotations

from collections.abc import Mapping

from rallynov.diagnosis.model import Grid
from rallynov.initiatives.model import DossierForm


def steps(grid: Grid, dossier: DossierForm) -> Mapping[str, tuple[int, int]]:
    """Return the rank of each screen that is a question, and how many there are with it."""
    asked = {
        "opening": [question.id for question in grid.opening().questions],
        "q": [question.id for question in grid.form().questions],
        "f": [field.id for field in dossier.fields],
    }
    return {
        f"{name}:{question}": (rank, len(ids))
        for name, ids in asked.items()
        for rank, question in enumerate(ids, 1)
    }
