"""The dialogue of several colleagues who answer for one organisation: inviting, joining, and what they see
differently. Pure.

Levels are shown side by side, never averaged; notes are never shown; nobody sees the others before having finished.
"""

from __future__ import annotations

from collections.abc import Sequence

from rallynov.diagnosis import flow
from rallynov.diagnosis.asking import Threshold
from rallynov.diagnosis.model import Diagnosis, Grid, JoinPanel, Role, StartDiagnosis
from rallynov.diagnosis.screens import panel
from rallynov.dialogue.events import Commanded
from rallynov.dialogue.screens import Screen, note
from rallynov.dialogue.turn import Command, Move, Place, Scene
from rallynov.dialogue.words import say
from rallynov.people.model import MakeCode, Purpose, code_of

NAME = "colleagues"
HERE = Place(NAME)


class ColleaguesDialogue:
    """Answering with colleagues.

    Places: none (the group, or the role to choose first), ``join:<panel>`` (the role of whoever was invited),
    ``join:<panel>:<role>`` (which answers they bring).
    """

    name = NAME
    commands: Sequence[str] = ("collegues",)

    def __init__(self, grid: Grid, notice: str) -> None:
        self._grid = grid
        self._form = grid.form()
        self._threshold = Threshold(grid, notice)

    def screen(self, place: Place, scene: Scene) -> Screen:
        """Return the notice, the role to choose, the invitation or the group."""
        mine = scene.of(Diagnosis)
        focus, _, target = (place.focus or "").partition(":")
        joining, _, role = target.partition(":")
        if focus == "join" and mine.panel != joining:
            if not self._threshold.crossed(scene):
                return self._threshold.notice(scene).led_by(*panel.INVITED)
            return panel.which() if role else panel.role(panel.INVITED)
        if not self._threshold.crossed(scene):
            return self._threshold.notice(scene)
        if not mine.panel:
            return panel.role(panel.ALONE)
        return panel.group(self._grid, mine)

    def choose(self, place: Place, key: str, scene: Scene) -> Move:
        """Accept, choose a role, invite, or go on."""
        focus, _, target = (place.focus or "").partition(":")
        joining, _, role = target.partition(":")
        head, _, chosen = key.partition("-")
        if key == "accept":
            return self._accept(place, scene, joined=focus == "join")
        if head == "role":
            return self._as(Role(chosen), joining if focus == "join" else "", scene)
        if key in {"mine", "again"} and role:
            return self._bring(joining, Role(role), scene, mine=key == "mine")
        if key == "invite":
            return self._invite(scene)
        if key == "onward":
            return Move(to=flow.HERE)
        return flow.leave(key) if key in {"menu", "pause"} else Move(to=HERE)

    def write(self, place: Place, text: str, scene: Scene) -> Move | None:
        """Use no text here."""
        return None

    def enter(self, command: Commanded, place: Place, scene: Scene) -> Move:
        """Show the group."""
        return self._threshold.open(HERE, scene)

    def _accept(self, place: Place, scene: Scene, *, joined: bool) -> Move:
        if not joined:
            return self._threshold.enter(place, scene)
        told, accepted = self._threshold.accept(scene)  # the run opens with the role
        return Move(place, (accepted,), scene=told)

    def _as(self, role: Role, joining: str, scene: Scene) -> Move:
        """Take a role: in a group of one's own, or in the one that invited."""
        mine = scene.of(Diagnosis)
        if not joining:
            orders = (JoinPanel(mine.run, scene.secret, role),)
            return Move(HERE, orders, scene=scene.having(mine.joining(scene.secret, role)))
        if mine.given and not mine.panel:
            return Move(Place(NAME, f"join:{joining}:{role}"))
        return self._bring(joining, role, scene, mine=bool(mine.run) and not mine.panel)

    def _bring(self, joining: str, role: Role, scene: Scene, *, mine: bool) -> Move:
        """Bring the answers one has, or begin new ones."""
        had = scene.of(Diagnosis)
        now = (had if mine else had.again(self._grid.version)).joining(joining, role)
        order: Command = (
            JoinPanel(now.run, joining, role)
            if mine
            else StartDiagnosis(now.run, self._grid.version, joining, role)
        )
        finished = self._form.next_open(now.given) is None
        lead = note(say("You now answer with your colleagues."))
        return Move(HERE if finished else flow.HERE, (order,), (lead,), scene.having(now))

    @staticmethod
    def _invite(scene: Scene) -> Move:
        code = code_of(scene.secret, Purpose.COLLEAGUE)
        until = scene.now + Purpose.COLLEAGUE.lasts
        order = MakeCode(Purpose.COLLEAGUE, code, scene.of(Diagnosis).panel, until)
        return Move(HERE, (order,), panel.INVITATION, code=code)
