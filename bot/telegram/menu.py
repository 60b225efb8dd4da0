"""What Telegram shows of the bot before anybody has written: its commands and its descriptions, in each language.

A command is one of the dialogues' own names; in another language, a word that they hear there.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from typing import TypeAlias

from bot.telegram.updates import ASKED
from rallynov.dialogue.words import Say, Typed, say
from rallynov.wording import Wording

Listed: TypeAlias = list[dict[str, str]]


@dataclass(frozen=True, slots=True)
class Entry:
    """A command of the menu: its name in French, in English, and what it does."""

    fr: str
    en: str
    does: Say


PRIVATE = (
    Entry("diagnostic", "diagnosis", say("Begin the self-diagnosis, or go on with it")),
    Entry("concerne", "triage", say("Four questions, to know whether I am concerned")),
    Entry("recap", "recap", say("Read and change my answers")),
    Entry("resultat", "result", say("See my result")),
    Entry("rapport", "report", say("Receive my report as a PDF file")),
    Entry("fiches", "sheets", say("Read the advice sheets")),
    Entry("etapes", "stages", say("See the stages of the rally, and say that I come")),
    Entry("collegues", "colleagues", say("Answer with colleagues")),
    Entry("dossier", "dossier", say("Prepare my dossier")),
    Entry("statut", "status", say("Know where my dossier stands")),
    Entry("continuer", "elsewhere", say("Go on with it on the web or on another device")),
    Entry("code", "code", say("Type a code that I was given")),
    Entry("menu", "menu", say("See the menu")),
    Entry("annonces", "news", say("Choose the announcements that I receive")),
    Entry("stop", "stop", say("Receive no more messages")),
    Entry("langue", "language", say("Change language")),
    Entry("faq", "faq", say("Read the frequent questions")),
    Entry("question", "question", say("Ask the team, or follow my questions")),
    Entry("contact", "contact", say("Talk to a person")),
    Entry("confidentialite", "privacy", say("What becomes of my data")),
    Entry("mesdonnees", "mydata", say("See what is held of me, and take a copy")),
    Entry("corriger", "correct", say("Correct my data")),
    Entry("limiter", "restrict", say("Limit the use of my data")),
    Entry("effacer", "erase", say("Erase my data")),
    Entry("aide", "help", say("Help")),
)
GROUP = (Entry("aide", "help", say("Where to talk with me: in private")),)


def private(commands: Collection[str], wording: Wording, language: str) -> Listed:
    """List the commands of a private conversation that the dialogues answer to."""
    heard = {phrase for phrases in wording.verbs(language).values() for phrase in phrases}
    known = [entry for entry in PRIVATE if entry.fr in commands]
    return [
        _listed(entry, entry.en if entry.en in commands or entry.en in heard else entry.fr, wording, language)
        for entry in known
    ]


def group(wording: Wording, language: str) -> Listed:
    """List the commands of a group: those that any bot answers there, and we too."""
    return [_listed(entry, entry.en, wording, language) for entry in GROUP if entry.fr in ASKED]


def _listed(entry: Entry, english: str, wording: Wording, language: str) -> dict[str, str]:
    name = english if language == "en" else entry.fr
    return {"command": name, "description": wording.word(entry.does, language)}


def description(wording: Wording, language: str, web: str | None) -> str:
    """Return what an empty conversation shows, 512 characters at most."""
    about = say(
        "I help companies recognise the socially innovative practices that they may already have. The self-diagnosis "
        "takes about ten minutes, one question at a time; you may stop and come back. We do not ask your name, and you "
        "can erase your answers any time. Telegram carries these messages: the same self-diagnosis is on the web, "
        "without an account."
    )
    link = [wording.word(say("On the web: {link}", link=Typed(web)), language)] if web else []
    return "\n\n".join([wording.word(about, language), *link])


def short_description(wording: Wording, language: str) -> str:
    """Return what the bot's page and its shared links show, 120 characters at most."""
    about = say(
        "The self-diagnosis of social innovation: ten minutes, no name asked, your answers stay yours."
    )
    return wording.word(about, language)


def web_button(wording: Wording) -> str:
    """Return the words of the menu button that opens the web: one language, Telegram knows no other there."""
    return wording.word(say("On the web"), wording.languages[0])
