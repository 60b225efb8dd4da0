"""The documents say what is: their links lead somewhere, the rooms of the house are those of its plan."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
PAGES = (
    "README.md",
    "CHANGELOG.md",
    "bench/README.md",
    *(f"docs/{p.name}" for p in (ROOT / "docs").glob("*.md")),
)
PAGES += tuple(f"docs/decisions/{p.name}" for p in (ROOT / "docs/decisions").glob("*.md"))
PLAN = (ROOT / "docs/architecture.md").read_text("utf-8")
ROOMS = PLAN.split("## Rooms")[1].split("```")[1]
HOMES = ("bot", "rallynov", "locales")


def anchors(page: Path) -> set[str]:
    """Name the headings of a page as GitHub does."""
    heads = re.findall(r"^#+ (.+)$", page.read_text("utf-8"), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", head).strip().lower().replace(" ", "-") for head in heads}


@pytest.mark.parametrize("page", PAGES)
def test_every_link_leads_somewhere(page: str) -> None:
    here = ROOT / page
    links = re.findall(r"\]\(([^)\s]+)\)|(?:src|href)=\"([^\"]+)\"", here.read_text("utf-8"))
    own = [(way or tag) for way, tag in links if not (way or tag).startswith(("http", "mailto:"))]
    for link in own:
        path, _, anchor = link.partition("#")
        there = (here.parent / path) if path else here
        assert there.exists(), link
        assert not anchor or anchor in anchors(there), link


@pytest.mark.parametrize("home", ["bot", "rallynov"])
def test_every_room_is_in_the_plan(home: str) -> None:
    rooms = {one.name for one in (ROOT / home).iterdir() if one.is_dir() and (one / "__init__.py").exists()}
    assert {room for room in rooms if not re.search(rf"\b{room}/", ROOMS)} == set()


def test_every_room_of_the_plan_is_there() -> None:
    named = re.findall(r"^  ((?:[a-z_/]+\.py|[a-z_]+/)(?:, (?:[a-z_/]+\.py|[a-z_]+/))*)", ROOMS, re.MULTILINE)
    files = [one for line in named for one in line.split(", ")] + re.findall(r"`([a-z_/]+\.py)`", PLAN)
    assert len(files) > 40
    assert [
        one
        for one in files
        if not any(any(ROOT.glob(f"{home}/**/{one.removeprefix(home + '/')}")) for home in HOMES)
    ] == []


def test_the_order_of_the_rooms_is_the_contract() -> None:
    told = PLAN.split("kept by `import-linter`:")[1].split(";")[0]
    written = [set(re.findall(r"`(\w+)`", part)) for part in told.split("<")]
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["tool"]["importlinter"][
        "contracts"
    ]
    layers = next(one["layers"] for one in contracts if one["type"] == "layers")
    kept = [
        {name.strip().removeprefix("rallynov.") for name in layer.split("|")} for layer in reversed(layers)
    ]
    beside = {"figures", "papers"}  # told in the next words
    assert written == [names - beside for names in kept]
