"""A picture is described by whoever sends it; those who cannot see it have these words in its place."""

from __future__ import annotations

from dataclasses import replace

import pytest
from announcements.writer import Writer, written

from rallynov.announcements.commands import AttachToNews
from rallynov.announcements.letters import media
from rallynov.announcements.model import ALT_MOST, DECORATION, Announcement, NewsFile
from rallynov.announcements.writing.spots import Part
from rallynov.dialogue.events import OfferedFile
from rallynov.dialogue.words import Typed

PHOTO = OfferedFile("telegram:abc", "", 1000, "image/jpeg")
SHOWS = "Une salle exemple, des chaises en cercle."


def kept(writer: Writer) -> None:
    """Have the file that waits kept, as the worker does."""
    *_, file = writer.draft.files
    content = replace(writer.draft.content, picture=file.id)
    writer.having(content=content, files=(replace(file, state="kept"),))


def test_the_words_for_a_picture_are_asked_while_it_is_checked() -> None:
    writer = Writer()
    writer.press("write")
    writer.say("Offre exemple")
    writer.say("Venez lundi.")
    assert "Que montre l’image" in writer.send(PHOTO)
    assert isinstance(writer.orders[-1], AttachToNews)
    assert writer.say(SHOWS)
    assert writer.draft.content.alt == SHOWS
    assert writer.shown.name == "news:stage"
    writer.press("back")
    assert writer.shown.name == "news:alt"
    assert SHOWS in writer.read()


def test_nothing_is_asked_of_a_document_or_without_a_file() -> None:
    writer = Writer()
    writer.press("write")
    writer.say("Offre exemple")
    writer.say("Venez lundi.")
    assert "image ?" not in writer.send(OfferedFile("web:a", "affiche.pdf", 1000, "application/pdf"))
    writer.press("done")
    assert writer.shown.name == "news:stage"
    writer.press("back")
    assert writer.shown.name == "news:file"
    assert f"edit-{Part.ALT}" not in written().offered


def test_a_picture_that_is_not_described_is_not_given_to_be_read() -> None:
    writer = written()
    writer.press("edit-file")
    writer.send(PHOTO)
    writer.press("back")
    kept(writer)
    assert "n’est pas décrite" in writer.read()
    assert "submit" not in writer.offered
    writer.press("edit-alt")
    writer.say(SHOWS)
    assert SHOWS in writer.read()
    assert "submit" in writer.offered
    writer.press("preview")
    assert SHOWS in writer.read()


def test_a_picture_that_only_decorates_has_no_words() -> None:
    writer = written()
    writer.press("edit-file")
    writer.send(PHOTO)
    writer.press("decorates")
    kept(writer)
    assert writer.draft.content.alt == DECORATION
    assert "submit" in writer.offered
    assert "décore" in writer.read()


def test_another_picture_is_described_anew() -> None:
    writer = written()
    writer.press("edit-file")
    writer.send(PHOTO)
    writer.say(SHOWS)
    kept(writer)
    writer.press("edit-file")
    writer.send(PHOTO)
    assert (writer.shown.name, writer.draft.content.alt) == ("news:alt", "")


def test_words_that_are_too_long_are_given_back() -> None:
    writer = written()
    writer.press("edit-file")
    writer.send(PHOTO)
    long = "x" * (ALT_MOST + 2)
    said = writer.say(long)
    assert "2 caractères de trop" in said
    assert long in said
    assert writer.draft.content.alt == ""


@pytest.mark.parametrize(("alt", "words"), [(SHOWS, SHOWS), (DECORATION, ""), ("", "affiche.jpg")])
def test_what_stands_for_a_picture(alt: str, words: str) -> None:
    """The name of the file, for those that were sent before words were asked for."""
    draft: Announcement = written().draft
    file = NewsFile("f", "affiche.jpg", "image/jpeg", 1, "kept")
    told = media(replace(draft, content=replace(draft.content, picture="f", alt=alt), files=(file,)))
    assert told
    assert (told.kind, told.label) == ("photo", Typed(words))
