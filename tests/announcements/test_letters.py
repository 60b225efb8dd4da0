"""What a recipient is shown is one message that fits, whatever was written and whatever the calendar says."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from announcements.crowds import WORDING
from announcements.writer import NOW, STAGE, WORDS
from hypothesis import given, settings
from hypothesis import strategies as some

from bot.telegram.render import plain
from rallynov.announcements import letters
from rallynov.announcements.fanout import Fanout
from rallynov.announcements.letters import received
from rallynov.announcements.model import TITLE_MOST, Announcement, Content, NewsFile
from rallynov.dialogue.screens import Screen
from rallynov.editions.stages.model import Stage, Status
from rallynov.people.roles import NAMED_MOST
from rallynov.text import utf16_len

WEDNESDAY = datetime(2026, 9, 23, 9, tzinfo=UTC)
FILE = NewsFile("f", "affiche.png", "image/png", 3, "kept")
lengths = some.sampled_from([0, 20, 60, 300, 1500])


@some.composite
def contents(draw: some.DrawFn) -> Content:
    """What the screens of whoever writes accept, most often to the last sign."""
    file, sign = draw(some.sampled_from(["", "f"])), draw(some.sampled_from("é😀"))
    width = utf16_len(sign)
    content = Content(sign * (TITLE_MOST // width), "x", picture=file, stage=draw(some.sampled_from([0, 3])))
    text = sign * ((content.room - TITLE_MOST) // width - draw(some.sampled_from([0, 0, 100])))
    return replace(content, text=text)


stages = some.builds(
    lambda place, address, host, access, status, lasts: replace(
        STAGE,
        number=1234,
        territory="90",
        starts=WEDNESDAY,
        ends=WEDNESDAY + timedelta(days=lasts, hours=2),
        place="p" + "l" * place,
        address="a" * address,
        host="h" * host,
        access="e" * access,
        status=status,
    ),
    some.sampled_from([20, 60, 1500]), lengths, lengths, lengths, some.sampled_from(Status),
    some.sampled_from([0, 7]),
)  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(contents(), stages, some.sampled_from(["", "o" * NAMED_MOST]), some.sampled_from(["fr", "en"]))
def test_it_is_one_message_that_fits_and_ends_with_the_way_out(
    content: Content, stage: Stage, organisation: str, language: str
) -> None:
    assert content.whole
    told = Announcement("a", 1, "me", NOW, organisation, content=content, files=(FILE,))
    message = Fanout(WORDING, ())._words(told, stage if content.stage else None, language)
    assert [texts[0] for _, texts in message.blocks[:2]] == [content.title, content.text]
    assert utf16_len(plain(message)) <= (1024 if content.picture else 4000)
    assert "/stop" in message.blocks[-1][1][0]
    assert bool(message.media) is bool(content.picture)
    estimated = received(told, stage if content.stage else None)
    assert len(estimated.blocks) == len(message.blocks), "the last resort was needed"


def test_what_does_not_fit_after_all_goes_without_its_card(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(letters, "_LABELS", -10_000)
    content = Content("Titre", "Texte", picture="f", stage=3)
    told = Announcement("a", 1, "me", NOW, content=content, files=(FILE,))
    message = Fanout(WORDING, ())._words(told, replace(STAGE, access="e" * 2000), "fr")
    assert [kind for kind, _ in message.blocks] == ["title", "rich", "note", "note"]


def shown(screen: Screen) -> str:
    return "\n".join(WORDS.word(words, "fr") for block in screen.blocks for words in block.items)


def test_the_card_loses_its_accessibility_then_its_host_then_its_address() -> None:
    told = Announcement("a", 1, "me", NOW, content=Content("t" * 80, "é" * 220, picture="f", stage=3))
    names = dict.fromkeys(("access", "host", "address"), "")
    for size in (10, 130, 230, 400):
        full = replace(
            STAGE, access="accès " + "e" * size, host="hôte " + "h" * size, address="rue " + "r" * 20
        )
        text = shown(received(told, full))
        names |= {one: one if getattr(full, one) in text else "" for one in names}
        expected = {10: "access host address", 130: "host address", 230: "address", 400: "address"}[size]
        assert [one for one in names if names[one]] == expected.split(), size
    assert "Salle" not in shown(received(told, replace(full, place="Salle " + "l" * 300)))


@pytest.mark.parametrize(
    ("status", "said"), [(Status.CANCELLED, "annulée"), (Status.POSTPONED, "changé de date")]
)
def test_a_card_says_what_became_of_its_stage(status: Status, said: str) -> None:
    told = Announcement("a", 1, "me", NOW, content=Content("Titre", "Texte", stage=3))
    text = shown(received(told, replace(STAGE, status=status)))
    assert said in text
    assert ("/etape" in text) is (status is not Status.CANCELLED)
