"""The files of the FAQ: the real ones hold, and a bad one stops the start, naming file and key."""

from __future__ import annotations

from pathlib import Path

import pytest

from rallynov.faq.content import check_entries, load_entries, load_replies
from rallynov.faq.model import CATEGORIES, LIVE
from rallynov.wording import ContentError

WAYS = "\n".join(f"  - exemple de demande {word}" for word in ("une", "deux", "trois", "quatre", "cinq"))
GOOD = f"""---
slug: exemple
number: 1
category: dossier
title: Un exemple ?
ways:
{WAYS}
---

La réponse, avec `/dossier`.

## Suite

- un
- deux
"""


def write(folder: Path, text: str, name: str = "exemple", language: str = "fr") -> Path:
    path = folder / language / "faq" / f"{name}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, "utf-8")
    return path


def test_a_good_file_is_read_into_plain_text(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    entry = load_entries(tmp_path)["fr"]["exemple"]
    assert entry.answer == ("La réponse, avec «\u202f/dossier\u202f».",)
    assert entry.more == (("list", ("un", "deux")),)
    assert entry.texts[0] == "Un exemple\u202f?"


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        ("slug: exemple", "slug: autre", "name of the file"),
        ("category: dossier", "category: divers", "category"),
        ("title: Un exemple ?", "title: ''", "title"),
        ("number: 1", "number: un", "number"),
        ("---\n\nLa", "live: demain\n---\n\nLa", "live"),
        ("---\n\nLa", "couleur: bleu\n---\n\nLa", "couleur"),
        ("demande deux", "demande, une !", "alike"),
        ("  - exemple de demande cinq\n", "", "ways"),
        ("La réponse", "La **réponse**", "strong"),
        ("La réponse", "La [réponse](https://exemple.invalid)", "link"),
        ("La réponse, avec `/dossier`.", "<b>oui</b>", "html"),
        ("La réponse", "La réponse " + "longue " * 90, "600"),
        ("La réponse, avec `/dossier`.", "Un\n\nDeux\n\nTrois", "one or two"),
        ("## Suite", "## Ensuite", "Suite"),
        ("- un\n- deux\n", "", "nothing"),
        ("---\nslug", "slug", "front"),
    ],
)
def test_a_bad_file_is_refused_naming_it(tmp_path: Path, old: str, new: str, named: str) -> None:
    assert old in GOOD
    path = write(tmp_path, GOOD.replace(old, new))
    with pytest.raises(ContentError) as refused:
        load_entries(tmp_path)
    assert str(path) in str(refused.value)
    assert named in str(refused.value) or named == "front"


def test_two_entries_do_not_share_a_number(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("slug: exemple", "slug: zebre"), "zebre")
    with pytest.raises(ContentError, match="number: 1 is already"):
        load_entries(tmp_path)


def test_a_translation_tells_the_same_thing_or_is_refused(tmp_path: Path) -> None:
    write(tmp_path, GOOD)
    write(tmp_path, GOOD.replace("category: dossier", "category: jury"), language="en")
    with pytest.raises(ContentError, match="category: not the same"):
        load_entries(tmp_path)


def test_an_entry_offers_only_sheets_that_there_are(tmp_path: Path) -> None:
    write(tmp_path, GOOD.replace("number: 1", "number: 1\nsheets: [F99]"))
    with pytest.raises(ContentError, match="F99"):
        check_entries(load_entries(tmp_path), {"F1"})


def test_a_reply_needs_a_title_and_a_text(tmp_path: Path) -> None:
    path = tmp_path / "fr" / "faq" / "replies.toml"
    path.parent.mkdir(parents=True)
    path.write_text('[un]\ntitle = "Sans texte"\n', "utf-8")
    with pytest.raises(ContentError, match=r"replies\.toml"):
        load_replies(tmp_path)


def test_the_topics_are_written() -> None:
    own = load_entries()["fr"]
    assert sorted(entry.number for entry in own.values() if entry.number) == list(range(1, 46))
    assert {entry.category for entry in own.values()} == set(CATEGORIES)
    assert {entry.live for entry in own.values()} - {""} == set(LIVE)
    assert all(len(entry.texts) >= 8 for entry in own.values())
    assert len(load_entries()["en"]) >= 20
    assert len(load_replies()["fr"]) >= 3
