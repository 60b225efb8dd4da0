"""What people are told of a dossier without having asked, on Telegram and on the web alike."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from conversation import Clock
from initiatives.coordinator import Coordination
from initiatives.life import FORM, Life

from rallynov.delivery.message import Message
from rallynov.editions.model import DEFAULT
from rallynov.initiatives.commands import AddRemark, JoinDossier, SubmitDossier
from rallynov.initiatives.lifecycle import fingerprint
from rallynov.initiatives.model import Right
from rallynov.initiatives.moving import Moves, Verdict
from rallynov.storage.store import Store

CHANNELS = ("telegram", "web")


@pytest.fixture
def life(sqlite: Store, clock: Clock) -> Life:
    made = Life(sqlite, clock)
    for name in ("amina", "bruno", "claude"):
        made.person(name, *(f"{channel}:{name}" for channel in CHANNELS))
    made.full("amina")
    made.order("bruno", JoinDossier("d1", Right.COMMENT, "Bruno"))
    made.order("claude", JoinDossier("d1", Right.EDIT, ""))
    return made


def said(message: Message) -> str:
    told = " | ".join(text for _, texts in message.blocks for text in texts)
    return told.translate({0x202F: " ", 0xA0: " ", 0x2019: "'"})


def news(life: Life, who: str, done: Callable[[], object]) -> list[str]:
    """What somebody is told when something is done: the same words on both channels."""
    before = [len(life.told(f"{channel}:{who}")) for channel in CHANNELS]
    done()
    phone, page = (
        [said(one) for one in life.told(f"{channel}:{who}")[seen:]]
        for channel, seen in zip(CHANNELS, before, strict=True)
    )
    assert [one for one in phone if one] == page
    return page


@pytest.mark.parametrize(
    ("author", "field", "words"),
    [
        ("bruno", "need", ["Un commentaire sur votre dossier", "Bruno a commenté « Une initiative exemple ».", "Le besoin"]),
        ("bruno", "", ["Un commentaire sur votre dossier", "Bruno a commenté « Une initiative exemple »."]),
        ("claude", "", ["Un commentaire sur votre dossier", "Quelqu'un a commenté « Une initiative exemple »."]),
    ],
)  # fmt: skip
def test_a_comment_is_told_to_the_owner(life: Life, author: str, field: str, words: list[str]) -> None:
    [told] = news(life, "amina", lambda: life.order(author, AddRemark("d1", field, "Ajoutez un chiffre.")))
    assert told.split(" | ")[:-1] == [*words, "Ajoutez un chiffre."]


def test_a_comment_is_told_to_nobody_else(life: Life) -> None:
    for author, other in (("bruno", "claude"), ("bruno", "bruno"), ("amina", "amina"), ("amina", "bruno")):
        assert news(life, other, lambda a=author: life.order(a, AddRemark("d1", "", "Bravo."))) == []  # type: ignore[misc]


def test_a_correction_is_told_to_all_with_its_reason_and_its_date(life: Life) -> None:
    life.submit("amina")

    def sent_back() -> None:
        verdict = Verdict("team", life.clock(), "Précisez le nombre de salariés.")
        with life.store.write() as tx:
            Coordination(Moves(FORM, DEFAULT), life.subject._post).request_correction(tx, "d1", verdict)

    for who in ("amina", "bruno", "claude"):
        told = news(life, who, sent_back)
        assert len(told) == 1, who
        heading, _, reason, until, _ = told[0].split(" | ")
        assert heading == "Votre dossier est à corriger"
        assert reason == "Précisez le nombre de salariés."
        assert "jusqu'au 2 décembre 2026, 23 h 59 (heure de Paris)" in until


def test_a_submission_comes_with_its_receipt_to_keep(life: Life) -> None:
    order = SubmitDossier("d1", fingerprint(FORM, life.dossier("amina")), life.clock())
    for who in ("amina", "bruno"):
        told = news(life, who, lambda: life.order("amina", order) if life.dossier("amina").open else None)
        papers = {
            channel: [paper for one in life.told(f"{channel}:{who}") for paper in one.papers]
            for channel in CHANNELS
        }
        receipt = ("receipt", "d1", "Mon accusé de dépôt (PDF)")
        assert papers == {channel: [receipt] for channel in CHANNELS}
        assert who != "amina" or told[0].startswith("Dossier déposé : numéro 2026-0001")
