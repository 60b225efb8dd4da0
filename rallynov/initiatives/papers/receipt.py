"""The receipt of a submission, as the words that its template prints: what was submitted, when, and what comes next."""

from __future__ import annotations

from rallynov.dialogue.words import Say, Typed, Words, say
from rallynov.editions.model import CORRECTION_DAYS, Calendar, Edition
from rallynov.initiatives.letters import SHOWN
from rallynov.initiatives.model import DossierForm, Json, Status
from rallynov.initiatives.papers.found import STANDS, Found
from rallynov.initiatives.reading import show
from rallynov.initiatives.screens.parts import UNTITLED, standing
from rallynov.wording import Wording

_GROUP = 4


def receipt_data(
    form: DossierForm, found: Found, edition: Edition, wording: Wording, language: str
) -> dict[str, object]:
    """Return everything that the template prints, in one language; the fingerprint whole, as it is kept."""

    def speak(words: Words) -> str:
        return wording.word(words, language)

    dossier = found.dossier
    number = Typed(dossier.receipt)
    return {
        "language": language,
        "title": speak(say("Receipt of submission")),
        "brand": edition.title,
        "lines": [speak(say("Number {number}", number=number))],
        "running": speak(say("{edition}. Receipt {number}.", edition=Typed(edition.title), number=number)),
        "since": speak(since(found)) if dossier.status is not Status.SUBMITTED else "",
        "heading": speak(
            say("Your dossier is submitted") if dossier.status in STANDS else say("What was submitted")
        ),
        "head": [speak(say("What is recorded")), speak(say("For this dossier"))],
        "facts": [[speak(name), speak(value)] for name, value in _facts(form, found)],
        "fingerprint": {
            "name": speak(say("The whole fingerprint (SHA-256)")),
            "whole": dossier.fingerprint,
            "words": speak(
                say(
                    "It is computed from everything that was submitted. With one sign changed, it would be another: it "
                    "proves what you submitted."
                )
            ),
        },
        "next": {"title": speak(say("What happens next")), "items": [speak(one) for one in _next(found)]},
        "mend": {
            "title": speak(say("To follow it, correct it or withdraw it")),
            "items": [speak(one) for one in _mend(dossier.status)],
        },
        "struck": speak(say("▯ stands for a sign that this document cannot print.")),
    }


def since(found: Found) -> Say:
    """Say what has become of a dossier since it was submitted."""
    return say("Since then: {standing}", standing=standing(found.dossier))


def grouped(fingerprint: str) -> str:
    """Return the beginning of a fingerprint as conversations show it."""
    shown = fingerprint[:SHOWN]
    return " ".join(shown[at : at + _GROUP] for at in range(0, len(shown), _GROUP))


def _facts(form: DossierForm, found: Found) -> list[tuple[Words, Words]]:
    dossier, submitted = found.dossier, found.submitted
    answers = submitted.answers if submitted else {}
    files = len(submitted.files) if submitted else 0
    at = dossier.submitted_at
    when = say("{at} (Paris time)", at=at) if at else Typed("")
    return [
        (say("Number of the receipt"), Typed(dossier.receipt)),
        (say("Submitted on"), when),
        (say("Title of the initiative"), _shown(form, "title", answers.get("title"))),
        (say("Organisation"), _shown(form, "name", answers.get("name"))),
        (_registry(answers.get("registry")), _shown(form, "registry", answers.get("registry"))),
        (say("Files attached"), say("{number}", number=files)),
        (say("Fingerprint, shortened"), Typed(grouped(dossier.fingerprint))),
    ]


def _shown(form: DossierForm, name: str, value: Json) -> Words:
    field = form.find(name)
    if field is None or value is None:
        return UNTITLED if name == "title" else say("nothing")
    return show(field, value)


def _registry(value: Json) -> Words:
    """Name the number of an organisation by what it is."""
    return Typed("SIRET") if str(value).isdecimal() else Typed("RNA") if value else Typed("SIRET / RNA")


def _next(found: Found) -> list[Words]:
    """Say what follows, from where the dossier stands; no date is told that the calendar does not hold."""
    match found.dossier.status:
        case Status.SUBMITTED:
            return [
                say(
                    "The team checks that the dossier is complete, and writes to you in the conversation in any case."
                ),
                *_closing(found.calendar),
                say(
                    "If something is missing, the dossier is sent back to you: you then have {days} days to correct it, "
                    "and it keeps its number.",
                    days=CORRECTION_DAYS,
                ),
                _LATER,
            ]
        case Status.ADMISSIBLE:
            return [say("You have nothing to do for now."), _LATER]
        case Status.TO_CORRECT:
            return [
                say(
                    "Correct the dossier, then submit it again: it keeps its number, and you get a new receipt."
                )
            ]
        case Status.INADMISSIBLE:
            return [say("If you think that this is a mistake, talk to a person.")]
        case _:
            return [
                say(
                    "Nobody examines this dossier any more, unless it is submitted again while the call is open."
                )
            ]


def _closing(calendar: Calendar) -> list[Words]:
    if calendar.closes_at is None:
        return [say("The closing day is not set yet.")]
    if calendar.sample:
        return [say("Example of a date: the call closes on {at} (Paris time).", at=calendar.closes_at)]
    return [say("The call closes on {at} (Paris time).", at=calendar.closes_at)]


_LATER = say(
    "An admissible dossier goes to the jury. The dates of what follows are told to you in the conversation once they are set."
)
_FOLLOW = say("To see where your dossier stands at any time, type “/statut” in the conversation.")
_CORRECT = say(
    "A submitted dossier cannot be changed any more. To correct something, type “/contact” and say what is wrong: the "
    "team can send the dossier back to you."
)
_WITHDRAW = say(
    "To withdraw it, type “/statut”, then choose to withdraw it. Only its owner can, and can take it back as "
    "long as the call is open."
)


def _mend(status: Status) -> list[Words]:
    """Say how to follow, correct and withdraw a dossier, as far as it can be from where it stands."""
    told: list[Words] = [_FOLLOW]
    told += [_CORRECT] if status in {Status.SUBMITTED, Status.ADMISSIBLE} else []
    return [*told, _WITHDRAW] if status in {Status.SUBMITTED, Status.ADMISSIBLE, Status.TO_CORRECT} else told
