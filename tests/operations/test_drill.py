"""The drill of docs/operations.md, followed line by line: backup, destroy, restore, compare, on both databases."""

from __future__ import annotations

import os
import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest
from operations.forked import warm
from operations.stage import Home

ROOT = Path(__file__).parents[2]
BLOCK = re.compile(r"^```sh ?(\w*)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


def blocks(kind: str) -> list[str]:
    """The shell blocks of the drill, for one kind of database."""
    text = (ROOT / "docs/operations.md").read_text("utf-8")
    [section] = re.findall(r"^## Exercice de restauration$(.*?)^## ", text, re.MULTILINE | re.DOTALL)
    found = [(of, block) for of, block in BLOCK.findall(section) if of in {"", kind}]
    assert [of for of, _ in found] == ["", kind, "", "", ""], "the drill has five steps"
    return [block for _, block in found]


@pytest.fixture(scope="module")
def path(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A PATH on which ``rallynov`` is this tree's."""
    with warm(tmp_path_factory.mktemp("bin")) as command:
        yield f"{command.parent}:{os.environ['PATH']}"


def follow(script: str, home: Home, path: str) -> tuple[int, str]:
    """Run one block in a shell of its own, as one copies it."""
    env = {
        "PATH": path,
        "HOME": str(home.folder.parent),
        "LANG": "C.UTF-8",
        "RALLYNOV_DATA_DIR": str(home.folder),
    }
    done = subprocess.run(
        ["bash", "-euo", "pipefail", "-c", script],
        cwd=home.folder.parent,
        env=env | home.settings,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    return done.returncode, done.stdout + done.stderr


def test_the_drill(either: Home, path: str) -> None:
    kind = "postgresql" if either.settings else "sqlite"
    before, files = either.tables(), either.pieces()
    del files["pieces/.work/draft"]
    first, lose, put_back, compare, tidy = blocks(kind)
    for script in (first, lose):
        code, said = follow(script, either, path)
        assert code == 0, (script, said)
    assert list(either.folder.iterdir()) == []
    for script, wanted in ((put_back, "4 dossiers, 9 pièces"), (compare, "4 dossiers")):
        code, said = follow(script, either, path)
        assert code == 0, (script, said)
        assert wanted in said
    noted = {"audit": [], "access": [], "announcement": []}
    assert {**either.tables(), **noted} == {**before, **noted}, "but for what is noted, or held back"
    assert either.pieces() == files
    if kind == "sqlite":  # the comparison sees what is lost
        next((either.folder / "pieces" / f"{1:032x}").iterdir()).write_bytes(b"another")
        code, said = follow(compare, either, path)
        assert (code != 0, "avant.sums" in said) == (True, True), said
    assert follow(tidy, either, path)[0] == 0
    assert not (either.folder.parent / "exercice").exists()
