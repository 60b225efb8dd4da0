"""Writing an announcement, decided without a database: each part, what is kept, and what keeps it from being submitted."""

from dataclasses import replace

import pytest
from announcements.writer import NOW, STAGE, TEXT, WORDS, Writer, written

from bot.telegram.render import plain
from rallynov.announcements.commands import (
    AttachToNews,
    Discard,
    OpenDraft,
    SaveContent,
    SaveTopic,
    SaveWish,
    Submit,
    TakeBack,
)
from rallynov.announcements.letters import received
from rallynov.announcements.model import Announcement, Audience, Content, Standing, Status
from rallynov.announcements.screens.parts import THEMES
from rallynov.delivery.message import resolve
from rallynov.dialogue.events import OfferedFile
from rallynov.dialogue.turn import Place
from rallynov.editions.stages.model import Stage
from rallynov.initiatives.service import load_form
from rallynov.people.consents.model import Topic
from rallynov.text import utf16_len

LARGE = replace(
    STAGE,
    place="Salle exemple des fêtes et des rencontres",
    address="12 bis rue de l'Exemple, 25000 Commune-exemple-sur-Doubs",
    host="Une structure hôte exemple au nom long",
    access="Accès de plain-pied, boucle magnétique, places réservées devant l'entrée (exemple)",
)


def test_a_partner_writes_part_by_part_and_gives_it_to_be_read() -> None:
    writer = written()
    assert [type(one) for one in writer.orders] == [OpenDraft, SaveTopic, SaveContent, SaveContent, SaveWish]
    assert [one.seen for one in writer.orders[1:]] == [1, 2, 3, 4]  # type: ignore[attr-defined]
    assert writer.draft.topic is Topic.PARTNERS  # the only one that is theirs: it is not asked
    assert writer.draft.organisation == "Structure exemple"
    assert "47 personnes" in writer.read()
    writer.press("submit")
    told = writer.press("go")
    assert isinstance(writer.orders[-1], Submit)
    assert writer.draft.status is Status.SUBMITTED
    assert "autre personne" in told
    writer.press("takeback")
    assert isinstance(writer.orders[-1], TakeBack)
    assert writer.draft.status is Status.DRAFT


def test_where_one_is_follows_from_what_is_written() -> None:
    writer = Writer()
    writer.press("write")
    at_title = writer.shown.name
    writer.place = Place("broadcast", writer.draft.id)  # back from elsewhere
    assert (at_title, writer.shown.name) == ("news:title", "news:title")
    writer.say("Offre exemple")
    assert writer.shown.name == "news:text"
    writer.press("back")
    assert writer.shown.name == "news:title"
    writer.press("done")
    writer.say(TEXT)
    writer.place = Place("broadcast", writer.draft.id)
    assert writer.shown.name == "news:whole"
    writer.press("edit-title")
    writer.say("Autre titre")
    assert (writer.shown.name, writer.draft.content.title) == ("news:whole", "Autre titre")


def test_what_is_too_long_is_kept_and_told_to_the_sign() -> None:
    writer = Writer()
    writer.press("write")
    told = writer.say("t" * 92)
    assert "12 caractères" in told
    assert writer.draft.content.title == "t" * 92
    writer.say("court")
    told = writer.say("é" * 3100)
    assert "25 caractères" in told  # 3,080 with the title, « court » has five
    assert writer.draft.content.text == "é" * 3100
    writer.say("😀" * 1537)  # each counts for two on Telegram: 3,074 and five
    assert writer.draft.content.whole
    assert writer.shown.name == "news:file"


def test_a_title_that_is_too_long_is_not_submitted() -> None:
    writer = written()
    writer.press("edit-title")
    writer.say("t" * 81)
    writer.press("keep")
    assert "1 caractère" in writer.read()
    assert "submit" not in writer.offered


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("stage", [None, LARGE])
def test_what_fits_with_a_file_fits_under_it_on_telegram(stage: Stage | None, language: str) -> None:
    content = Content("t" * 80, "", picture="f", stage=3 if stage else 0)
    content = replace(content, text="é" * (content.room - 80))
    assert content.whole
    told = Announcement("a", 1, "me", NOW, "Une structure exemple au nom assez long", content=content)
    message = resolve(received(told, stage), 0, WORDS, language)
    assert utf16_len(plain(message)) <= 1024


def test_a_file_leaves_less_room_and_says_by_how_much() -> None:
    writer = written()
    writer.press("edit-text")
    writer.say("a" * 900)
    writer.press("edit-file")
    told = writer.send(OfferedFile("web:abc", "affiche.pdf", 1000, "application/pdf"))
    assert isinstance(writer.orders[-1], AttachToNews)
    assert "affiche.pdf" in told
    writer.press("keep")
    assert "submit" not in writer.offered  # it is being checked
    [file] = writer.draft.files
    writer.having(
        content=replace(writer.draft.content, document=file.id), files=(replace(file, state="kept"),)
    )
    assert "113 caractères" in writer.read()  # 800 with the title, « Offre exemple » has thirteen
    assert "submit" not in writer.offered
    writer.press("edit-file")
    writer.press("unfile")
    writer.press("skip" if "skip" in writer.offered else "keep")
    assert "submit" in writer.offered


def test_a_file_that_cannot_be_one_is_refused_at_once() -> None:
    writer = written()
    writer.press("edit-file")
    before = len(writer.orders)
    assert "MP4" in writer.send(OfferedFile("web:a", "film.mp4", 10))
    assert "10 Mo" in writer.send(OfferedFile("web:a", "photo.jpg", 11 * 2**20))
    assert len(writer.orders) == before


def test_each_filter_counts_at_once() -> None:
    writer = written()
    writer.press("edit-audience")
    writer.press("f-territories")
    assert "40 personnes" in writer.press("x-25")
    assert "47 personnes" in writer.press("x-39")
    writer.press("x-25")
    writer.press("filters")
    writer.press("members")
    assert "7 personnes" in writer.read()
    assert "E. X." not in writer.read()  # a partner is not told who came by their link
    writer.press("f-but")
    assert "Moins de 5 personnes" in writer.press("x-none")
    writer.press("filters")
    writer.press("all")
    assert writer.draft.audience == Audience()
    writer.press("f-themes")
    assert "40 personnes" in writer.press("x-health")
    writer.press("filters")
    writer.press("f-standings")
    assert "40 personnes" in writer.press("x-draft")
    assert writer.draft.audience.standings == (Standing.DRAFT,)


def test_the_filters_are_those_of_the_dossier() -> None:
    field = load_form().find("themes")
    assert field
    assert tuple(field.options) == THEMES


def test_two_who_write_at_once_do_not_undo_each_other() -> None:
    writer = written()
    writer.press("edit-text")
    writer.having(content=replace(writer.draft.content, text="le texte d'une collègue"))
    told = writer.say("mon texte")
    assert "le texte d'une collègue" in told
    assert "mon texte" in told
    assert writer.draft.content.text == "le texte d'une collègue"
    writer.say("les deux ensemble")  # now seen
    assert writer.draft.content.text == "les deux ensemble"
    writer.press("edit-title")
    writer.having(content=replace(writer.draft.content, text="encore autre chose"))
    writer.say("Un titre")  # another part: nothing is lost
    assert (writer.draft.content.title, writer.draft.content.text) == ("Un titre", "encore autre chose")


def test_what_changed_since_it_was_read_is_not_submitted() -> None:
    writer = written()
    writer.press("submit")
    writer.having(content=replace(writer.draft.content, text="autre"))
    before = len(writer.orders)
    writer.press("go")
    assert len(writer.orders) == before
    assert writer.draft.status is Status.DRAFT


def test_what_is_typed_once_it_is_submitted_is_given_back() -> None:
    writer = written()
    writer.press("edit-text")
    writer.having(status=Status.SUBMITTED)
    assert "mon texte" in writer.say("mon texte")


def test_a_draft_thrown_away_meanwhile_gives_back_what_was_typed() -> None:
    writer, other = written(), written()
    writer.press("edit-text")
    other.press("discard")
    other.press("go")
    assert isinstance(other.orders[-1], Discard)
    writer.facts = other.facts
    assert "mon texte" in writer.say("mon texte")


def test_a_refusal_is_told_with_its_reason() -> None:
    writer = written()
    writer.having(refusal="Dites pour qui c'est.", status=Status.DRAFT)
    assert "Dites pour qui c'est." in writer.read()
    writer.enter()
    assert "refused" in str(writer.shown.choices)
