"""The terminal: a figure is a table, a document is saved and its place is said, a code can be read and typed."""

from __future__ import annotations

import asyncio
from pathlib import Path

from conversation import Clock, core

from bot.terminal import Documents, Terminal, draw, in_groups
from bot.wiring import new_id
from rallynov.delivery.message import Drawing, Message
from rallynov.papers.model import Papers
from rallynov.people.model import read_code
from rallynov.storage.store import Store


def talked(store: Store, folder: Path, *lines: str, papers: bool = True) -> str:
    clock = Clock()
    built = core(store, clock)
    shown: list[str] = []

    async def talk() -> None:
        built.delivery.start()
        documents = Documents(built.papers if papers else Papers({}), folder)
        terminal = Terminal(built.delivery, built.wording, "moi", clock, new_id, "fr", documents)
        given = iter(lines)

        def read(_prompt: str) -> str:
            line = next(given, None)
            if line is None:
                raise EOFError
            return line

        await terminal.talk(read, shown.append)
        await built.delivery.close()

    asyncio.run(talk())
    return "\n".join(shown)


WHOLE = ("commencer", "oui", *["4"] * 23)


def test_a_report_is_saved_and_its_place_said(sqlite: Store, tmp_path: Path) -> None:
    told = talked(sqlite, tmp_path / "documents", *WHOLE, "mon rapport")
    [saved] = (tmp_path / "documents").iterdir()
    assert saved.read_bytes().startswith(b"%PDF-")
    assert str(saved) in told


def test_a_document_that_nobody_makes(sqlite: Store, tmp_path: Path) -> None:
    told = talked(sqlite, tmp_path / "documents", *WHOLE, "mon rapport", papers=False)
    assert "n’existe plus" in told
    assert not (tmp_path / "documents").exists()


def test_a_code_is_shown_as_it_is_typed(sqlite: Store, tmp_path: Path) -> None:
    told = talked(sqlite, tmp_path, "commencer", "oui", "/continuer")
    [typed] = [word for word in told.split() if word.count("-") == 2 and read_code(word)]
    assert in_groups(read_code(typed)) == typed


def test_a_figure_is_a_table() -> None:
    drawing = Drawing(
        "radar", "Repères", ("Repère", "Ce jour", "Avant"), (("Un", (66.0, 50.0)), ("Deuxième", (None, 0.0)))
    )
    assert draw(Message((("text", ("La suite",)),), figure=drawing)) == (
        "REPÈRES\n  Un          66    50\n  Deuxième     –     0\n  Ce jour | Avant\n\nLa suite"
    )


def test_a_narrow_window_is_never_overrun() -> None:
    rows = (("Qualité de vie hors travail et territoire", (58.0, 75.0)), ("Coopérations", (None, 50.0)))
    figure = Drawing("bars", "Vos dix repères, en points sur cent", ("", "avant", "ce diagnostic"), rows)
    blocks = (
        ("title", ("Avez-vous repéré un besoin précis, et savez-vous chez qui ?",)),
        ("list", ("mot " * 20,)),
    )
    choices = (("a", "Économie sociale et solidaire, insertion et emploi"), ("b", "Non"))
    actions = (("c", "Pourquoi cette question ?"), ("d", "Passer"), ("e", "Parler à une personne"))
    drawn = draw(Message(blocks, choices, actions, figure=figure), 40)
    assert max(len(line) for line in drawn.splitlines()) <= 40
    assert all(f"[{label}]" in drawn for _, label in actions)  # never broken inside
    assert any(line.startswith("  ") and line.endswith("58    75") for line in drawn.splitlines())
