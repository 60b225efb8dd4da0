"""What a writer has at hand: whom they write for, the topics and the stages that are theirs to choose. Pure."""

from __future__ import annotations

from rallynov.announcements.lifecycle import Act, may_do
from rallynov.announcements.model import Announcement, News
from rallynov.announcements.screens.draft import Desk
from rallynov.dialogue.turn import Scene
from rallynov.editions.stages.model import Stage, Stages, next_stages
from rallynov.people.consents.model import Topic
from rallynov.people.model import Person
from rallynov.people.roles import Grants, Role
from rallynov.text import fold


def mine(news: News, announcement: str) -> Announcement | None:
    """Find an announcement of one's organisation, by its id or its number."""
    one = news.find(announcement) if announcement else None
    return one if one in news.mine else None


def stage_of(one: Announcement, scene: Scene) -> Stage | None:
    """Return the stage of an announcement's card, as it stands now."""
    found = (stage for stage in scene.of(Stages).all if stage.number == one.content.stage)
    return next(found, None)


def writes(scene: Scene) -> bool:
    """Tell whether somebody may write announcements."""
    return may_do(Act.OPEN, None, scene.of(Person).id, scene.of(Grants))


def organisation(scene: Scene) -> str:
    """Return the organisation that somebody writes for; empty for the team."""
    grants = scene.of(Grants)
    return "" if Role.COORDINATOR in grants.roles else grants.organisation


def desk_of(scene: Scene) -> Desk:
    """Put together what a writer has at hand: a partner writes on the stages too when they are the host of one."""
    own, stages = organisation(scene), scene.of(Stages)
    ahead = next_stages(stages.all, scene.now)
    topics: tuple[Topic, ...] = tuple(Topic)
    if own:
        hosts = any(one.host and fold(one.host) == fold(own) for one in stages.all)
        topics = (Topic.PARTNERS, Topic.STAGES) if hosts else (Topic.PARTNERS,)
    team = Role.COORDINATOR in scene.of(Grants).roles
    return Desk(topics, ahead[:20], own, team, scene.now)
