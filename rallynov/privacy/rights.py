"""The dialogue of rights: what is held of me, what I may correct and where, a limitation, and who saw what. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from rallynov.diagnosis.model import Diagnosis
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Block, Choice, Paper, Screen, listing, note, text, title
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Day, Say, Term, Typed, Words, plural, say
from rallynov.initiatives.model import Dossiers
from rallynov.people import screens as people
from rallynov.people.model import Limit, Limited
from rallynov.people.permissions import Action, Whose, may
from rallynov.people.roles import Grants
from rallynov.people.screens import RoleChoice
from rallynov.privacy.model import AccessLog, Agreed, Line, Looked, MyData, Shelf

NAME = "rights"
MINE, COPY = Place(NAME), Place(NAME, "copy")
CORRECT, LIMIT, JOURNAL = (Place(NAME, focus) for focus in ("correct", "limit", "journal"))
JSON, ARCHIVE, LOG = "mydata", "mydata-files", "access-log"
"""The kinds of papers."""
ALL = "1"
"""The ref of a paper of which there is one."""
JOURNAL_CHOICE = RoleChoice(Action.SEE_ACCESS_LOG, Choice("journal", say("Who of the team saw what")))
ROOMS: Mapping[str, Say] = {
    "people": say("You, your roles and your choices"),
    "diagnosis": say("Your diagnosis"),
    "initiatives": say("Your dossiers"),
    "editions": say("Dates, stages and territory"),
    "faq": say("Your questions"),
    "announcements": say("Announcements"),
    "coordination": say("What the team notes"),
    "delivery": say("Our conversation"),
    "privacy": say("Your rights"),
}
"""The rooms as people are told of them, in the order in which they are."""
_ORDER = tuple(ROOMS)
_BACK = Choice("back", say("Back to where I was"))
_CORRECT, _LIMIT = Choice("corriger", say("Correct my data")), Choice("limiter", say("Limit their use"))
_ERASE = Choice("effacer", say("Erase everything"))
_MORE = (
    Choice("recap", say("My answers to the diagnosis")),
    Choice("dossier", say("My dossier")),
    Choice("etapes", say("My territory, and the stages where I come")),
    Choice("langue", say("My language")),
    Choice("annonces", say("The announcements that I receive, and the reminders")),
    Choice("contact", say("Something else: talk to a person")),
)
_ACTS: Mapping[str, Say] = {"read": say("read"), "changed": say("changed"), "exported": say("exported")}
_LIMITS = (
    say("You receive neither announcements nor reminders."),
    say(
        "Your dossiers are in no list, export or figure of the team. Even a submitted one is neither read nor judged while "
        "this lasts, unless a colleague who may change it goes on with it."
    ),
    say("Nothing is erased by age while this lasts, for three years at most."),
    say("You may still write here, change your answers, and erase everything."),
)
_COMMANDS: Mapping[str, Place] = {
    "mesdonnees": MINE,
    "mydata": MINE,
    "corriger": CORRECT,
    "correct": CORRECT,
    "limiter": LIMIT,
    "restrict": LIMIT,
    "journal": JOURNAL,
}


class RightsDialogue:
    """Rights in conversation: nothing here loses one's place."""

    name = NAME
    commands: Sequence[str] = tuple(_COMMANDS)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what is held, where to correct it, the limitation, or the access log for whoever may read it."""
        match place.focus:
            case "copy":
                return _copy(scene.channel, has_dossiers=bool(scene.of(Dossiers).mine))
            case "correct":
                return _correcting(scene)
            case "limit":
                return _limiting(scene.of(Limited), has_dossiers=bool(scene.of(Dossiers).mine))
            case "journal":
                return _journal(scene.of(AccessLog)) if _reads(scene) else people.refused()
            case _:
                return _held(scene.of(MyData), scene.of(Limited))

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Offer the copies, limit, lift, or come back to where the person was."""
        if place == MINE and key == "copy":
            return Move(to=COPY, over=True)
        if place != LIMIT or key not in {"on", "off"}:
            lead = (note(say("Nothing was changed.")),) if key == "no" else ()
            return Move(back=True, lead=lead)
        on = key == "on"
        said = (
            say("Done: what is yours is kept, and not used. To lift this, type “/limiter”.")
            if on
            else say(
                "Done: the limitation is lifted. Announcements and reminders come back as you chose them."
            )
        )
        told = scene.having(Limited(scene.now if on else None))
        return Move(None, (Limit(on, scene.channel),), (note(said),), told, back=True)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Go to one of the screens; back leads to where the person was."""
        to = _COMMANDS[command.name]
        return Move() if place == to else Move(to=to, over=True)


def _reads(scene: Scene) -> bool:
    return may(scene.of(Grants), Action.SEE_ACCESS_LOG, Whose.NONE)


def _held(data: MyData, limited: Limited) -> Screen:
    blocks: list[Block] = [title(say("What we hold of you"))]
    if not data.rooms:
        blocks.append(text(say("Nothing yet: this conversation has only just begun.")))
    for room, shelves in sorted(data.rooms, key=lambda one: _ORDER.index(one[0])):
        blocks += [text(ROOMS[room]), listing(*(_shelf(one) for one in shelves))]
    if data.noticed_at:
        read = say(
            "You read the notice about your data, version {version}, on {day}.",
            version=Typed(data.notice),
            day=Day(data.noticed_at),
        )
        blocks.append(text(read))
    if data.agreed:
        blocks += [text(say("What you asked to receive:")), listing(*(_agreed(one) for one in data.agreed))]
    if data.looks:
        seen = plural(
            "The team has looked once at what is yours:",
            "The team has looked {n} times at what is yours; the last ones:",
            data.looks,
        )
        blocks += [text(seen), listing(*(_looked(one) for one in data.looked))]
    if limited.since:
        blocks.append(
            text(say("Since {day}, your data are kept and not used, as you asked.", day=Day(limited.since)))
        )
    take = Choice("copy", say("Take a copy"))
    limit = Choice(_LIMIT.key, say("Lift the limitation")) if limited.since else _LIMIT
    return Screen("mydata", tuple(blocks), (take, _CORRECT, limit, _ERASE), (_BACK,))


def _copy(channel: str, *, has_dossiers: bool) -> Screen:
    """Offer the files, once they are asked for: on Telegram they are sent at once, and pass through it."""
    what = (
        say("JSON, for programs: everything, as it is kept."),
        say("ZIP: the same with a text to read, and the files of your dossiers."),
    )
    way = (
        note(
            say(
                "On Telegram, these files pass through Telegram. The web gives them without it: “/continuer”."
            )
        ),
    )
    blocks = (
        title(say("A copy of my data")),
        listing(*what),
        *((note(Term("privacy:copy:notes")),) if has_dossiers else ()),
        *(way if channel == "telegram" else ()),
    )
    papers = (
        Paper(JSON, ALL, say("My data (JSON)")),
        Paper(ARCHIVE, ALL, say("My data and my files (ZIP)")),
    )
    return Screen("copy", blocks, (), (_BACK,), papers=papers)


def _shelf(shelf: Shelf) -> Words:
    what = Term(f"privacy:held:{shelf.table}")
    if shelf.first is None or shelf.last is None:
        return say("{what}: {count}", what=what, count=shelf.count)
    first, last = Day(shelf.first), Day(shelf.last)
    if shelf.first.date() == shelf.last.date():
        return say("{what}: {count} ({first})", what=what, count=shelf.count, first=first)
    return say(
        "{what}: {count} (from {first} to {last})", what=what, count=shelf.count, first=first, last=last
    )


def _agreed(one: Agreed) -> Words:
    topic, given, wording = Term(f"form:news.{one.topic}:label"), Day(one.given_at), Typed(one.wording)
    if one.withdrawn_at is None:
        return say("{topic}: since {given} (wording {wording})", topic=topic, given=given, wording=wording)
    ended = Day(one.withdrawn_at)
    return say(
        "{topic}: from {given} (wording {wording}) to {ended}",
        topic=topic,
        given=given,
        wording=wording,
        ended=ended,
    )


def _looked(one: Looked) -> Words:
    return say("{day}: {act} ({role})", day=Day(one.at), act=_ACTS[one.action], role=role_named(one.role))


def role_named(role: str) -> Words:
    """Name a role, or whoever runs the service."""
    known = {name.value: words for name, words in people.ROLES.items()}
    return known.get(role, say("whoever runs the service"))


def _correcting(scene: Scene) -> Screen:
    empty = {
        "recap": not scene.of(Diagnosis).given,
        "dossier": not scene.of(Dossiers).mine,
    }
    where = tuple(one for one in _MORE if not empty.get(one.key))
    said = (
        title(say("Correct my data")),
        text(say("You correct everything yourself, at once. Choose what is to be changed:")),
        note(say("What you change replaces what was there. A note is withdrawn at its question.")),
    )
    return Screen("correct", said, where, (_BACK,))


def _limiting(limited: Limited, *, has_dossiers: bool) -> Screen:
    on = Choice("on", say("Yes, limit their use"), "choices:yes:synonyms")
    off = Choice("off", say("Lift the limitation"), "choices:yes:synonyms")
    no = Choice("no", say("No, change nothing"), "choices:no:synonyms")
    what = _LIMITS if has_dossiers else (_LIMITS[0], *_LIMITS[2:])
    if limited.since:
        since = say("Since {day}, your data are kept and not used, as you asked.", day=Day(limited.since))
        return Screen(
            "limit",
            (title(say("Limit the use of my data")), text(since), listing(*what)),
            (off, no),
            (_BACK,),
        )
    asked = say("If you limit it, all that is yours is kept, and not used any more:")
    more = text(say("You may lift it whenever you like, with “/limiter”."))
    return Screen(
        "limit",
        (title(say("Limit the use of my data")), text(asked), listing(*what), more),
        (on, no),
        (_BACK,),
    )


def _journal(log: AccessLog) -> Screen:
    head = title(say("Who of the team saw what"))
    if not log.count:
        return Screen("journal", (head, text(say("Nobody has looked at anything yet."))), (), (_BACK,))
    lines = listing(*(_line(one) for one in log.lines))
    kept = note(say("Each line is kept for a year. The whole log is in the file below."))
    papers = (Paper(LOG, ALL, say("The whole log (CSV)")),)
    return Screen("journal", (head, lines, kept), (), (_BACK,), papers=papers)


def _line(line: Line) -> Words:
    who = Typed(line.who) if line.who else say("somebody")
    what = say("dossier {number}", number=Typed(line.what)) if line.what else say("data of a person")
    return say(
        "{day}: {act}, {what}, by {who} ({role})",
        day=Day(line.at),
        act=_ACTS[line.action],
        what=what,
        who=who,
        role=role_named(line.role),
    )
