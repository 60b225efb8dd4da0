from __future__ import annotations

import pytest
from conversation import Clock
from initiatives.life import Life

from rallynov.storage.store import Store


@pytest.fixture
def life(store: Store, clock: Clock) -> Life:
    """Two people without a dossier, on each of the two databases."""
    made = Life(store, clock)
    made.person("amina")
    made.person("bruno")
    return made
