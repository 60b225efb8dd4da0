"""The dialogue of whoever writes announcements: home, a draft part by part, its preview, giving it to be read. Pure.

Rights are asked again at every step. Where one is follows from what is written: the next part that is missing, or the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TypeAlias

from rallynov.announcements.commands import TestToSelf
from rallynov.announcements.crowd_model import Crowd
from rallynov.announcements.lifecycle import Act, may_do
from rallynov.announcements.model import Announcement, News, Status
from rallynov.announcements.screens import audience, draft, home
from rallynov.announcements.screens.draft import Desk
from rallynov.announcements.screens.preview import preview
from rallynov.announcements.templates import Template, Templates, filled
from rallynov.announcements.writing import asking
from rallynov.announcements.writing.acts import discarded, submitted, taken_back
from rallynov.announcements.writing.desks import desk_of, mine, organisation, stage_of, writes
from rallynov.announcements.writing.keeping import Pen, opened
from rallynov.announcements.writing.spots import ASKING, NAME, Part, Spot, View, mark, spot_of
from rallynov.dialogue.events import Commanded, OfferedFile
from rallynov.dialogue.screens import Choice, Screen, note, quote, text
from rallynov.dialogue.turn import Move, Place, Scene
from rallynov.dialogue.words import Typed, Words, say
from rallynov.editions.model import Calendar
from rallynov.people.model import Person
from rallynov.people.permissions import Action
from rallynov.people.roles import Grants
from rallynov.people.screens import RoleChoice, refused

Speak: TypeAlias = Callable[[Words, str], str]
WRITE_CHOICE = RoleChoice(
    Action.WRITE_ANNOUNCEMENT, Choice("diffuser", say("Announcements: write one, follow ours"))
)
_TEST = say("Sent: look at it as they will see it. You alone received it.")
_GONE = say("This announcement is there no more: somebody writing with you threw it away.")
_OTHERS = say("It is not a draft any more: this was not kept.")


class WritingDialogue:
    """Writing in conversation; ``templates`` by language, ``speak`` puts words into a language."""

    name = NAME
    commands: Sequence[str] = ("diffuser", "broadcast")

    def __init__(self, templates: Templates, speak: Speak) -> None:
        self._templates = templates
        self._speak = speak

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return what a place shows; home where it names nothing that there is."""
        if not writes(scene):
            return refused()
        spot, news = spot_of(place), scene.of(News)
        one = mine(news, spot.announcement)
        if one is None:
            return self._apart(spot, news, scene)
        desk = desk_of(scene)
        if spot.view is View.PREVIEW:
            return preview(one, stage_of(one, scene), scene.channel)
        if one.status is not Status.DRAFT:
            return home.standing(one, offers=_offers(one, scene))
        pen = Pen(_resolved(spot, one, desk), one, scene)
        match pen.spot.view:
            case View.NEXT | View.EDIT:
                return asking.screen(pen, desk)
            case View.FILTER:
                return audience.filtering(pen.spot.target, one, scene.of(Crowd), news)
            case View.SUBMIT:
                return draft.submitting(one, scene.of(Crowd))
            case View.DISCARD:
                return draft.discarding(one)
            case _:
                return draft.whole(one, scene.of(Crowd), desk)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Decide on a choice or an action."""
        if not writes(scene):
            return Move(to=Place())
        spot, news = spot_of(place), scene.of(News)
        head, _, tail = key.partition("-")
        one = mine(news, spot.announcement)
        if key == "mine":
            return Move(to=Spot().place)
        if one is None:
            gone = (note(_GONE),) if spot.announcement else ()
            return Move(to=Spot().place, lead=gone) if gone else self._begun(spot, head, tail, scene)
        if spot.view is View.PREVIEW or one.status is not Status.DRAFT:
            return self._around(spot, one, key, scene)
        desk = desk_of(scene)
        pen = Pen(_resolved(spot, one, desk), one, scene)
        if pen.spot.view in ASKING:
            return asking.choose(pen, key, desk)
        if pen.spot.view is View.FILTER:
            return asking.filtered(pen, key)
        return self._around(pen.spot, one, key, scene)

    def write(self, place: Place, typed: str, scene: Scene) -> Move | None:
        """Keep what is typed for a part; what came too late is given back."""
        if not writes(scene):
            return None
        spot = spot_of(place)
        one = mine(scene.of(News), spot.announcement)
        if spot.announcement and one is None:
            return Move(to=Spot().place, lead=(text(_GONE), quote(Typed(typed))))
        if one is None or spot.view is View.PREVIEW:
            return None
        if one.status is not Status.DRAFT:
            late = spot.view in ASKING
            return (
                Move(to=spot.to(View.WHOLE).place, lead=(text(_OTHERS), quote(Typed(typed))))
                if late
                else None
            )
        desk = desk_of(scene)
        pen = Pen(_resolved(spot, one, desk), one, scene)
        return asking.write(pen, typed, desk) if pen.spot.view in ASKING else None

    def attach(self, place: Place, file: OfferedFile, scene: Scene) -> Move | None:
        """Have a file examined for the draft at hand; None where there is none."""
        spot = spot_of(place)
        if place.dialogue != NAME or not writes(scene):
            return None
        one = mine(scene.of(News), spot.announcement)
        if one is None or one.status is not Status.DRAFT:
            return None
        return asking.attach(Pen(_resolved(spot, one, desk_of(scene)), one, scene), file)

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the announcements of one's organisation; with a number, that one."""
        if not writes(scene):
            return Move(to=Place(), lead=refused().blocks)
        one = mine(scene.of(News), command.argument.strip().removeprefix("n°").strip())
        return Move(to=Spot(View.WHOLE, one.id).place if one else Spot().place)

    # --- before there is a draft

    def _apart(self, spot: Spot, news: News, scene: Scene) -> Screen:
        models = self._models(scene)
        match spot.view:
            case View.MODELS:
                return home.models(models)
            case View.MODEL if template := self._model(spot.target, scene):
                return home.which_stage(template, desk_of(scene).stages)
            case View.AGAIN:
                return home.again(home.written(news))
            case _:
                return home.home(news, organisation(scene), templates=bool(models))

    def _begun(self, spot: Spot, head: str, tail: str, scene: Scene) -> Move:
        """Open an announcement, or begin one: blank, from a template, or as an earlier one."""
        news = scene.of(News)
        match head:
            case "write":
                return self._blank(spot, scene)
            case "models" | "again":
                return Move(to=Spot(View(head)).place)
            case "a" if one := mine(news, tail):
                return (
                    self._copied(one, scene)
                    if spot.view is View.AGAIN
                    else Move(to=Spot(View.WHOLE, one.id).place)
                )
            case "m" if template := self._model(tail, scene):
                asks = template.staged and desk_of(scene).stages
                return (
                    Move(to=Spot(View.MODEL, target=tail).place)
                    if asks
                    else self._modelled(template, 0, scene)
                )
            case "st" if tail.isdigit() and (template := self._model(spot.target, scene)):
                return self._modelled(template, int(tail), scene)
            case _:
                return Move(to=Spot().place)

    def _blank(self, spot: Spot, scene: Scene) -> Move:
        desk = desk_of(scene)
        pen = opened(spot, desk.organisation, scene)
        pen = pen.topic(desk.topics[0]) if len(desk.topics) == 1 else pen
        return pen.moved(asking.asked(pen.spot, pen.draft, Part.TOPIC, desk))

    def _modelled(self, template: Template, number: int, scene: Scene) -> Move:
        desk = desk_of(scene)
        stage = next((one for one in desk.stages if one.number == number), None)
        content = filled(
            template, stage, scene.of(Calendar), lambda words: self._speak(words, scene.language)
        )
        topic = template.topic if template.topic in desk.topics else desk.topics[0]
        pen = opened(Spot(), desk.organisation, scene).topic(topic).content(content)
        told = note(say("Here is your draft: read it, and change what is to be changed."))
        return pen.moved(pen.spot.to(View.WHOLE), told)

    def _copied(self, one: Announcement, scene: Scene) -> Move:
        """Begin an announcement with the topic, the words and the filters of another."""
        desk = desk_of(scene)
        stage = one.content.stage if any(one.content.stage == kept.number for kept in desk.stages) else 0
        pen = opened(Spot(), desk.organisation, scene)
        pen = pen.topic(one.topic if one.topic in desk.topics else desk.topics[0])
        pen = pen.content(replace(one.content, picture="", document="", alt="", stage=stage))
        asked = replace(one.audience, told="", seated=one.audience.seated and bool(stage))
        told = note(say("Here is a new draft with the same words: nothing of the first one changes."))
        return pen.audience(asked).moved(pen.spot.to(View.WHOLE), told)

    # --- an announcement that is there

    def _around(self, spot: Spot, one: Announcement, key: str, scene: Scene) -> Move:
        """Go from one view of an announcement to another, or do something with the whole of it."""
        head, _, tail = key.partition("-")
        match head:
            case "edit" if tail in set(Part):
                return Move(to=asking.pinned(spot.to(View.EDIT, tail), one).place)
            case "preview" | "discard":
                return Move(to=spot.to(View(head)).place)
            case "submit":
                return Move(to=spot.to(View.SUBMIT, "", mark(one)).place)
            case "test":
                return Move(spot.to(View.WHOLE).place, (TestToSelf(one.id),), (note(_TEST),))
            case "copy":
                return self._copied(one, scene)
            case "takeback":
                return taken_back(spot, one, scene)
            case "go" if spot.view is View.SUBMIT:
                return submitted(spot, one, scene)
            case "go" if spot.view is View.DISCARD:
                return discarded(one, scene)
            case _:
                return Move(to=spot.to(View.WHOLE).place)

    def _models(self, scene: Scene) -> Sequence[Template]:
        """Return the templates of a writer's topics, in their language."""
        known = self._templates.get(scene.language) or next(iter(self._templates.values()), ())
        return [one for one in known if one.topic in desk_of(scene).topics]

    def _model(self, slug: str, scene: Scene) -> Template | None:
        return next((one for one in self._models(scene) if one.slug == slug), None)


def _resolved(spot: Spot, one: Announcement, desk: Desk) -> Spot:
    """Return where a writer really is: the first thing that is missing, when nothing else is named."""
    if spot.view in ASKING:
        return spot if spot.target in set(Part) else spot.to(View.WHOLE)
    if spot.view is View.FILTER:
        return spot if spot.target in audience.FILTERS else spot.to(View.EDIT, Part.AUDIENCE)
    if spot.view is not View.WHOLE:
        return spot
    missing = [
        part
        for part, there in (
            (Part.TOPIC, one.topic),
            (Part.TITLE, one.content.title),
            (Part.TEXT, one.content.text),
        )
        if not there
    ]
    return asking.asked(spot, one, missing[0], desk) if missing else spot


def _offers(one: Announcement, scene: Scene) -> list[str]:
    """Return what may be done with an announcement that is no draft."""
    back = may_do(Act.TAKE_BACK, one, scene.of(Person).id, scene.of(Grants))
    return [*(["takeback"] if back else []), *(["envois"] if one.status is not Status.SUBMITTED else [])]
