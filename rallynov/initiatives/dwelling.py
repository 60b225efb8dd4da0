"""Where a person's organisation is, as their dossiers tell it. Pure."""

from __future__ import annotations

from rallynov.dialogue.turn import Scene
from rallynov.initiatives.model import Dossiers


def department(scene: Scene) -> str:
    """Return the number of the département of the last dossier that tells a commune; empty when none does."""
    communes = (one.given.get("commune") for one in scene.of(Dossiers).mine)
    codes = (commune.get("insee") for commune in communes if isinstance(commune, dict))
    return next((code[:2] for code in codes if isinstance(code, str)), "")
