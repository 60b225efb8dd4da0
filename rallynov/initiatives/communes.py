"""The table of communes that is shipped with the product; where it comes from is told in ``communes.md``."""

from __future__ import annotations

import csv
from pathlib import Path

from rallynov.initiatives.reading.places import Commune, Places
from rallynov.wording import ContentError

COMMUNES = Path(__file__).parent / "communes.csv"


def load_places(path: Path = COMMUNES) -> Places:
    """Read the communes; ``ContentError`` names the file, and the line that has no postcode or no name."""
    communes = []
    try:
        with path.open(encoding="utf-8", newline="") as source:
            for at, row in enumerate(csv.DictReader(source), 2):
                insee, name, postcodes = row["insee"], row["name"], _several(row["postcodes"])
                if not (insee and name and postcodes):
                    raise ContentError(f"{path}, line {at}: a code, a name and a postcode are needed")
                communes.append(Commune(insee, name, postcodes, _several(row["former"])))
    except (OSError, KeyError, csv.Error) as error:
        raise ContentError(f"{path}: {error!r}") from error
    return Places(communes)


def _several(cell: str | None) -> tuple[str, ...]:
    return tuple(filter(None, (cell or "").split("|")))
