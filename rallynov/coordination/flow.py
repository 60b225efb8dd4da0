"""The team's desk in conversation: what is new, one dossier found by number or words, and what is done with it. Pure.

Rights are asked again at every step, with the fact of this turn; a place names the version of the dossier that was read, so
that of two who act, the second is told.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

from rallynov.coordination import screens
from rallynov.coordination.chat import (
    AT_ONCE,
    AskCorrection,
    Brief,
    DropVerdict,
    KeepNote,
    LookAround,
    OpenFile,
    PrepareVerdict,
    PutLabel,
    Team,
    TellVerdicts,
    WriteHolders,
)
from rallynov.coordination.model import LABEL_MOST, NOTE_MOST, REASON_MOST, Prepared, Said
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note, quote, text
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import Say, Typed, Words, plural, say
from rallynov.editions.model import correction_until, day_of, last_second
from rallynov.initiatives.lifecycle import Act
from rallynov.initiatives.model import Status
from rallynov.people.permissions import Action
from rallynov.text import clean_line, fold

NAME = "bureau"
HERE = Place(NAME)
WORDS = 60
"""Characters of a search that are kept."""
MEANT = {"c": "correct", "r": "correct", "x": "reject", "n": "note", "l": "label", "m": "message"}
"""Of each view in which something is typed, the offer that it needs."""
_MOST = {"m": NOTE_MOST, "n": NOTE_MOST, "r": REASON_MOST, "x": REASON_MOST}
"""Characters that are taken, in each view that asks for a text."""
_ASKS = {"mend": "c", "reject": "x", "note": "n", "label": "l", "write": "m", "release": "w"}
"""Of each choice that asks something more, the view that asks it."""
_CHANGED = say("This dossier has changed since you read it: read it again. Nothing was done.")
_NOT_NOW = say("This cannot be done with this dossier as it stands.")


class BureauDialogue:
    """The desk in conversation."""

    name = NAME
    commands: Sequence[str] = (NAME, "desk", "equipe", "team")

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what is new, what was found, or a dossier; what is new where nothing else is there any more."""
        team = scene.of(Team)
        if team.who is None:
            return screens.refused()
        view, dossier, _, tail = _read(place)
        one = team.of(dossier)
        if view in {"s", "v"}:
            return screens.found(team) if view == "s" else screens.releasing(team.waiting)
        return _of_one(one, view, tail, scene) if one else screens.home(team)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        team = scene.of(Team)
        if team.who is None or key == "home":
            return Move(HERE, (LookAround(),) if team.who else ())
        view, dossier, seen, _ = _read(place)
        head, _, named = key.partition("-")
        one = team.of(dossier)
        match head:
            case "d":
                return _opened(team.of(named))
            case "all":
                return Move(to=Place(NAME, "v"))
            case "yes" if view == "w":
                return _acted(one, seen, "told", scene) if one else Move(to=HERE)
            case "yes":
                return _told(team, scene)
            case "back":
                return _opened(one)
            case "usual" if one:
                return _dated(one, seen, correction_until(scene.now))
            case _:
                return _acted(one, seen, head, scene) if one else Move(to=HERE)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Read what is typed where something is asked; anywhere else, look for a dossier."""
        team = scene.of(Team)
        if team.who is None:
            return None
        view, dossier, seen, tail = _read(place)
        one = team.of(dossier)
        if view in MEANT and one is None:
            return Move(to=HERE, lead=(note(say("This dossier is not there any more.")),))
        if one and (meant := MEANT.get(view)):
            if meant not in one.offers:
                return replace(_opened(one), lead=(note(_NOT_NOW),))
            return _typed(one, view, seen, tail, text, scene)
        return _searched(text, team)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show what is new; with words, look for a dossier."""
        team = scene.of(Team)
        if team.who is None:
            return Move(to=HERE)
        words = clean_line(command.argument)
        return _searched(words, team) if words else Move(HERE, (LookAround(),))


def _of_one(one: Brief, view: str, tail: str, scene: Scene) -> Screen:
    """Return what is asked of a dossier, or the dossier itself."""
    match view:
        case "c":
            return screens.until(one, scene.now)
        case "r" | "x":
            return screens.reason(one, _moment(tail) if view == "r" else None)
        case "n":
            return screens.noting(one)
        case "l":
            return screens.labelling(one, scene.of(Team).labels)
        case "m":
            return screens.writing(one)
        case "w" if one.prepared:
            return screens.telling(one)
        case _:
            return screens.dossier(one)


def _searched(typed: str, team: Team) -> Move:
    words = clean_line(typed)[:WORDS]
    if len(team.found) == 1 and team.brief and team.brief.row.id == team.found[0].id:
        return _opened(team.brief)
    return Move(to=Place(NAME, f"s:{words}"))


def _opened(one: Brief | None, *lead: Words) -> Move:
    """Go to a dossier, and note that it is read."""
    if one is None:
        return Move(to=HERE)
    order: tuple[Command, ...] = () if one.row.status is Status.DRAFT else (OpenFile(one.row.id),)
    return Move(_at("d", one), order, tuple(note(words) for words in lead))


def _acted(one: Brief, seen: int, head: str, scene: Scene) -> Move:
    """Do, or begin, what is offered with a dossier."""
    offer = {"drop": "unprepare", "mend": "correct", "write": "message", "told": "release"}.get(head, head)
    if offer not in one.offers:
        return _opened(one, _NOT_NOW)
    if head in {"admit", "release", "told"} and seen != one.version:
        return _opened(one, _CHANGED)
    match head:
        case "mend" | "reject" | "note" | "label" | "write" | "release":
            return Move(to=_at(_ASKS[head], one))
        case "admit":
            return _prepared(one, Act.ADMIT, "", scene)
        case "drop":
            again = {"admit"} if one.prepared and one.prepared.act is Act.ADMIT else set[str]()
            told = replace(one, prepared=None, offers=one.offers - {"release", "unprepare"} | again)
            return _done(told, (DropVerdict(one.row.id),), say("The prepared verdict is dropped."), scene)
        case _:
            return _released(one, scene)


def _typed(one: Brief, view: str, seen: int, tail: str, typed: str, scene: Scene) -> Move:
    """Read a day, a reason, a note, a label or a message."""
    if view == "l":
        return _labelled(one, typed, scene)
    if view in _MOST and len(typed) > _MOST[view]:
        return _too_long(typed, _MOST[view])
    if view == "m":
        sent = say("Sent. Its people read it where they are.")
        return _done(one, (WriteHolders(one.row.id, typed),), sent, scene)
    if view == "n":
        said = Said(scene.now, typed, mine=True)
        told = replace(one, notes=(said, *one.notes))
        return _done(told, (KeepNote(one.row.id, said.text),), say("Your note is kept."), scene)
    if seen != one.version:
        return _opened(one, _CHANGED)
    if view == "c":
        day = _day(typed, day_of(scene.now))
        if day is None:
            why = say("I could not read this day. Type it as 15/01/2027: from tomorrow on, within a year.")
            return Move(lead=(text(why),))
        return _dated(one, seen, last_second(day))
    if view == "x":
        return _prepared(one, Act.REJECT, typed, scene)
    until = _moment(tail) or correction_until(scene.now)
    row = replace(one.row, status=Status.TO_CORRECT, correct_by=until)
    told = one.changed(row, None, "admit", "release", "unprepare")
    order = AskCorrection(one.row.id, typed, until, one.version)
    return _done(told, (order,), say("Sent. Its people read it where they are."), scene)


def _too_long(typed: str, most: int) -> Move:
    """Keep and send nothing of a text that is too long: it is given back, to be shortened."""
    why = plural(
        "{n} character too many: {most} fit. Here is what you typed:",
        "{n} characters too many: {most} fit. Here is what you typed:",
        len(typed) - most,
        most=most,
    )
    return Move(lead=(text(why), quote(Typed(typed))))


def _labelled(one: Brief, typed: str, scene: Scene) -> Move:
    """Put a label, or take it off when it is there, however it is written."""
    label, had = clean_line(typed)[:LABEL_MOST], one.row.labels
    if not label:
        return Move()
    known = {fold(used): used for used in (*scene.of(Team).labels, *had)}
    label = known.get(fold(label), label)
    off = label in had
    labels = tuple(other for other in had if other != label) if off else tuple(sorted((*had, label)))
    told = replace(one, row=replace(one.row, labels=labels))
    said = say("The label is taken off.") if off else say("The label is there.")
    return _done(told, (PutLabel(one.row.id, label, off),), said, scene)


def _dated(one: Brief, seen: int, until: datetime) -> Move:
    if seen != one.version:
        return _opened(one, _CHANGED)
    return Move(to=Place(NAME, f"r:{one.row.id}@{one.version}:{int(until.timestamp())}"))


def _prepared(one: Brief, act: Act, reason: str, scene: Scene) -> Move:
    made = Prepared(act, reason, scene.now, "")
    again = {"admit"} if one.prepared and one.prepared.act is Act.ADMIT else set[str]()
    offers = (one.offers | again | {"unprepare"}) - ({"admit"} if act is Act.ADMIT else set[str]())
    if scene.of(Team).who and scene.of(Team).who.may(Action.RELEASE_VERDICTS):  # type: ignore[union-attr]  # just asked
        offers |= {"release"}
    told = replace(one, prepared=made, row=replace(one.row, prepared=act), offers=offers)
    said = say("Prepared. Nobody is told before the verdicts are.")
    return _done(told, (PrepareVerdict(one.row.id, act, reason, one.version),), said, scene)


def _released(one: Brief, scene: Scene) -> Move:
    if one.prepared is None or not one.prepared.current:
        return _opened(one, _CHANGED)
    status = Status.ADMISSIBLE if one.prepared.act is Act.ADMIT else Status.INADMISSIBLE
    row = replace(one.row, status=status, prepared=None)
    told = one.changed(
        row, None, "admit" if status is Status.ADMISSIBLE else "reject", "release", "unprepare"
    )
    return _done(told, (TellVerdicts((one.row.id,)),), say("Told: its people read it where they are."), scene)


def _told(team: Team, scene: Scene) -> Move:
    """Tell all that is prepared."""
    rows = team.waiting
    if not rows or len(rows) > AT_ONCE or not team.who or not team.who.may(Action.RELEASE_VERDICTS):
        return Move(to=HERE)
    said = plural(
        "{n} verdict is being told. One on a dossier that has changed since is kept back.",
        "{n} verdicts are being told. Those on dossiers that have changed since are kept back.",
        len(rows),
    )
    news = replace(team.news, prepared=0) if team.news else None
    after = scene.having(replace(team, waiting=(), news=news))
    return Move(HERE, (TellVerdicts(tuple(row.id for row in rows)),), (note(said),), after)


def _done(told: Brief, orders: tuple[Command, ...], said: Say, scene: Scene) -> Move:
    after = scene.having(replace(scene.of(Team), brief=told))
    return Move(_at("d", told), orders, (note(said),), after)


def _at(view: str, one: Brief) -> Place:
    return Place(NAME, f"{view}:{one.row.id}@{one.version}")


def _read(place: Place) -> tuple[str, str, int, str]:
    """Read a place: the view, the dossier, the version that was shown, and the rest."""
    view, _, rest = (place.focus or "").partition(":")
    named, _, tail = rest.partition(":")
    dossier, _, version = named.partition("@")
    seen = int(version) if version.isdecimal() and version.isascii() else 0
    return view, dossier, seen, tail


def _moment(tail: str) -> datetime | None:
    return datetime.fromtimestamp(int(tail), UTC) if tail.isdecimal() and len(tail) < 12 else None


def _day(typed: str, today: date) -> date | None:
    """Read a day from tomorrow on, within a year; None when it is none."""
    for pattern in ("%d/%m/%Y", "%d.%m.%Y", "%Y-%m-%d", "%d/%m/%y"):
        try:
            day = datetime.strptime(typed.strip(), pattern).replace(tzinfo=UTC).date()
        except ValueError:
            continue
        return day if timedelta(0) < day - today <= timedelta(days=366) else None
    return None
