"""The pages that the law asks for: your data, accessibility, legal notice. On the first, each right is a press away."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeAlias

from fastapi import FastAPI, Request, Response
from fastapi.responses import HTMLResponse

from bot.web.door import Door
from bot.web.reader import Readers
from bot.web.view import View, desk_of
from rallynov.dialogue.words import Say, Term, Words, say


@dataclass(frozen=True, slots=True)
class Section:
    """A heading (None: none), paragraphs, and items of a list."""

    head: Say | None = None
    texts: Sequence[Words] = ()
    items: Sequence[Words] = ()


@dataclass(frozen=True, slots=True)
class Page:
    """A page of text; ``leads`` are commands given in the conversation, with what they do."""

    title: Say
    sections: Sequence[Section]
    leads: Sequence[tuple[str, Say]] = ()


Part: TypeAlias = tuple[str, list[str], list[str]]
"""A heading, paragraphs and items, in words."""
RIGHTS = (
    ("/mesdonnees", say("See what is held of me, and take a copy")),
    ("/corriger", say("Correct my data")),
    ("/limiter", say("Limit the use of my data")),
    ("/effacer", say("Erase my data")),
)


class LegalPages:
    """The pages of text."""

    def __init__(self, door: Door, view: View, readers: Readers) -> None:
        self._door = door
        self._view = view
        self._readers = readers

    def mount(self, app: FastAPI) -> None:
        """Give the pages their addresses."""
        for path, page in documents(self._door).items():
            app.add_route(path, self._showing(page), methods=["GET"])

    def _showing(self, page: Page) -> Callable[[Request], Awaitable[Response]]:
        async def show(request: Request) -> Response:
            reader = await self._readers.of(request)
            word, spread, language = self._door.wording.word, self._door.wording.spread, reader.language
            sections = [
                part
                for section in page.sections
                for part in _parts(
                    word(section.head, language) if section.head else "",
                    [text for words in section.texts for text in spread(words, language)],
                    [word(item, language) for item in section.items],
                )
            ]
            leads = [(command, word(label, language)) for command, label in page.leads]
            title, form = word(page.title, language), desk_of(request, self._door)
            shown = self._view.write(
                "document.html", reader, title=title, sections=sections, leads=leads, form=form
            )
            return HTMLResponse(shown)

        return show


def _parts(head: str, texts: Sequence[str], items: Sequence[str]) -> Iterator[Part]:
    """Give the parts of a section: a text that begins with a question is one of its own, under that question."""
    plain: list[str] = []
    for text in texts:
        question, mark, answer = text.partition("?")
        if not head and mark and answer.strip() and "." not in question:
            yield question + mark, [answer.strip()], []
        else:
            plain.append(text)
    if head or plain or items:
        yield head, plain, list(items)


def documents(door: Door) -> Mapping[str, Page]:
    """Return the pages of text by their address."""
    return {
        "/confidentialite": Page(say("Your data"), _privacy(door.contact), RIGHTS),
        "/accessibilite": Page(say("Accessibility"), _accessibility(door.operator, door.contact)),
        "/mentions-legales": Page(say("Legal notice"), _legal(door)),
    }


def _privacy(contact: str) -> Sequence[Section]:
    complaint = say(
        "By post: CNIL, 3 place de Fontenoy, TSA 80715, 75334 Paris CEDEX 07. On its site: cnil.fr. You need not write to us "
        "first, but we may be quicker."
    )
    register = say(
        "The register of what is done with personal data here is made by the program itself, from what it really keeps. Ask "
        "for it: {contact}.",
        contact=Say(contact),
    )
    return (
        Section(texts=(Term("privacy:notice:full"),)),
        _in_the_browser(),
        Section(say("To complain"), (complaint,)),
        Section(say("To know more"), (register,)),
    )


def _in_the_browser() -> Section:
    """Tell what the web page adds to the privacy notice."""
    return Section(
        say("On this page"),
        (
            say(
                "At your first answer, and not before, one cookie is set: a random number that lets you find your "
                "conversation again for three months. There is no audience measurement, and nothing comes from another site."
            ),
            say(
                "Until you close the tab, your browser also keeps a text that you began and have not sent, and the address "
                "of the page. It tells us nothing of them."
            ),
        ),
    )


def _accessibility(operator: str, contact: str) -> Sequence[Section]:
    """Return the accessibility statement: what was tested, what was not, and how to report a difficulty."""
    opening = say(
        "Accessibility: not compliant. No audit against the French reference (RGAA 4.1) has been made yet, and the law "
        "then has us say “not compliant”. {operator} wants everyone to be able to use this service: here is what we know.",
        operator=Say(operator),
    )
    report = say(
        "If something is in your way, write to {contact}. Tell us the page and what you use; you will have an answer, "
        "and the content in another form if you need it.",
        contact=Say(contact),
    )
    remedy = say(
        "If our answer does not suit you, you may turn to the Défenseur des droits: on defenseurdesdroits.fr, through its "
        "delegates, or by post without a stamp (Défenseur des droits, Libre réponse 71120, 75342 Paris CEDEX 07)."
    )
    plan = say(
        "No multi-year plan is published yet, and no date is set for an audit: {operator} is to decide on them.",
        operator=Say(operator),
    )
    return (
        Section(texts=(opening,)),
        Section(say("What was tested"), items=_TESTED),
        Section(say("What was not"), _UNTESTED),
        Section(say("What is known not to be accessible, or does not depend on us"), items=_ELSEWHERE),
        Section(say("How it is made, and how it was tried"), (_MADE,)),
        Section(say("What comes next"), (plan,)),
        Section(say("Report a difficulty"), (report,)),
        Section(say("If nothing comes of it"), (remedy,)),
        Section(texts=(say("Statement made on 22 November 2026."),)),
    )


_TESTED = (
    say("the whole self-diagnosis with the keyboard alone;"),
    say("the whole self-diagnosis without JavaScript;"),
    say("every page with the automatic tool axe, levels A and AA, in light and in dark colours;"),
    say("a phone's screen (375 pixels wide) and a computer's (1280 pixels)."),
)
_UNTESTED = (
    say(
        "The service has not been tried yet by people who use a screen reader, a braille display or their voice."
    ),
    say(
        "After a change of language, the earlier messages of a conversation stay in the language in which they were "
        "written, and a screen reader is not told of it."
    ),
    say("The PDF documents are tagged (PDF/UA-1), but nobody has tried them with a screen reader yet."),
)
_ELSEWHERE = (
    say("The files that people add to their dossiers are as accessible as they made them."),
    say("The application Telegram is made by others; the web offers the same conversation."),
    say("The map of a stage is another site (OpenStreetMap); its address is beside it in words."),
)
_MADE = say(
    "HTML, CSS and SVG; JavaScript only adds comfort. Tried in Chromium, with axe-core 4.12. An automatic tool finds a part "
    "of the difficulties only."
)


def _legal(door: Door) -> Sequence[Section]:
    publisher = say("This service is published by {operator}.", operator=Say(door.operator))
    named = [say("Director of publication: {name}", name=Say(door.director))] if door.director else []
    hosted = [say("Host: {name}", name=Say(door.host))] if door.host else []
    reach = (
        say("To reach us: {contact}.", contact=Say(door.contact))
        if named and hosted
        else say("To reach us, or to know who hosts this service: {contact}.", contact=Say(door.contact))
    )
    software = say("Rally'nov is free software, under the European Union Public Licence (EUPL 1.2).")
    result = say(
        "The result of the self-diagnosis is indicative. It is not a label, and no decision follows from it."
    )
    written = say(
        "What you write stays yours. Nothing of a dossier is published without your agreement, given in it."
    )
    trouble = say(
        "Something unlawful, or a weakness in the security of the service? Tell us at once: {contact}.",
        contact=Say(door.contact),
    )
    return (
        Section(say("Publisher"), (publisher, *named, *hosted, reach)),
        Section(say("Software"), (software,)),
        Section(say("Rules of the rally"), (Term("privacy:rules:where"),)),
        Section(say("What the result is worth"), (result,)),
        Section(say("What you write"), (written,)),
        Section(say("Report something"), (trouble,)),
    )
