"""What is shown of announcements that are on their way or have left: what became of each message, what can be done. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from rallynov.announcements import report
from rallynov.announcements.letters import received
from rallynov.announcements.model import TITLE_MOST, Announcement, Status
from rallynov.announcements.report import Fate, Report, Reports
from rallynov.announcements.screens.parts import BACK, MENU, STATUSES, named
from rallynov.announcements.when import told as moment
from rallynov.dialogue.screens import Block, Choice, Screen, listing, note, quote, text, title
from rallynov.dialogue.words import Typed, Words, plural, say
from rallynov.editions.stages.model import Stage

LIST = Choice("list", say("Announcements sent"))
REFRESH = Choice("refresh", say("Count again"))
MOST = 8
_RULE = note(Typed("—" * 12))
PAUSE = Choice("do-pause", say("Pause"))
RESUME = Choice("do-resume", say("Let the rest leave"))
CANCEL = Choice("do-cancel", say("Cancel it"))
TAKE_BACK = Choice("do-back-draft", say("Take it back: it is a draft again"))
GIVE_BACK = Choice("do-give-back", say("Take my approval back: it waits to be read again"))
SEND_LATE = Choice("do-late", say("Send it all the same"))
CORRECT = Choice("do-correct", say("Correct what was received"))
WITHDRAW = Choice("do-withdraw", say("Withdraw it from those who received it"))
YES = Choice("yes", say("Yes, do it"), "choices:submit:synonyms")
NO = Choice("no", say("No, change nothing"), "choices:not_yet:synonyms")
GIVE = Choice("do-give", say("Give it to be read by another person"))
NOW = Choice("do-now", say("It is urgent: correct at once"))
RETYPE = Choice("do-retype", say("Change the text"))
TITLE = Choice("do-title", say("Change the title"))
DROP = Choice("do-drop", say("Give the correction up"))


def every(mine: Sequence[Announcement], others: Sequence[Announcement], reports: Reports) -> Screen:
    """List the announcements that may be followed, one's own first."""
    shown = (*mine[:MOST], *others[:MOST])
    blocks: list[Block] = [title(say("Announcements sent"))]
    told = say("Each with what became of its messages. Choose one to follow it, to stop it or to correct it.")
    blocks.append(text(told if shown else say("None has been approved yet: nothing has left.")))
    choices = tuple(Choice(f"s-{one.id}", _line(one, reports.of(one.id))) for one in shown)
    return Screen("sendings", tuple(blocks), choices, (MENU,))


def _line(one: Announcement, sent: Report) -> Words:
    arrived, whole = sent.told({Fate.ARRIVED}), sent.whole
    if one.started and arrived is not None and whole is not None:
        return say(
            "{name}: {state}, {sent} of {total}",
            name=named(one),
            state=STATUSES[one.status],
            sent=arrived,
            total=whole,
        )
    return say("{name}: {state}", name=named(one), state=STATUSES[one.status])


def one(announcement: Announcement, reports: Reports, choices: Sequence[Choice], *, mine: bool) -> Screen:
    """Show where an announcement stands, what became of each message, and what may be done."""
    sent = reports.of(announcement.id)
    changed = reports.changed.get(announcement.id, Report())
    blocks = (
        title(named(announcement)),
        listing(*_dates(announcement)),
        *_standing(announcement),
        *report.table(sent),
        *(report.changes(changed, sent) if announcement.revision else ()),
        *_pending(announcement, mine=mine),
    )
    return Screen("sending", blocks, tuple(choices), (REFRESH, LIST, MENU), figure=report.figure(sent))


def _dates(one: Announcement) -> tuple[Words, ...]:
    state = say("State: {state}", state=STATUSES[one.status])
    lines: list[Words] = [state]
    if one.due and one.status is Status.APPROVED:
        lines.append(say("Leaves on {moment}", moment=moment(one.due)))
    if one.started:
        lines.append(say("Began on {moment}", moment=moment(one.started)))
    if one.ended:
        lines.append(say("Ended on {moment}", moment=moment(one.ended)))
    return tuple(lines)


def _standing(one: Announcement) -> tuple[Block, ...]:
    """Tell what a status means for whoever reads it now."""
    match one.status:
        case Status.APPROVED:
            least = say("It can still be taken back, as long as the first message has not left.")
            return (note(least),)
        case Status.LATE if one.due:
            asked = say(
                "It should have left on {moment}. The service was stopped then. Is it to be sent all the same?",
                moment=moment(one.due),
            )
            return (text(asked),)
        case Status.PAUSED:
            return (text(say("Nothing leaves as long as it is paused. What is under way ends.")),)
        case Status.WITHDRAWN:
            return (text(say("It was withdrawn: the archive does not show it any more.")),)
        case _:
            return ()


def _pending(one: Announcement, *, mine: bool) -> tuple[Block, ...]:
    if one.correction is None:
        return ()
    if one.offered:
        return (note(say("A correction waits to be read by another person.")),)
    return (note(say("A correction is written, and not given to be read yet.")),) if mine else ()


def left_out(report_: Report) -> tuple[Choice, ...]:
    """Offer to send again to those it did not reach."""
    if not report_.many(report.LEFT_OUT):
        return ()
    n = report_.told(report.LEFT_OUT)
    label: Words = say("Send again to those it did not reach")
    if n is not None:
        label = plural(
            "Send again to {n} person it did not reach", "Send again to {n} people it did not reach", n
        )
    return (Choice("do-again", label),)


def unknown(report_: Report) -> tuple[Choice, ...]:
    """Offer to send again to those who may have it."""
    n = report_.many({Fate.UNKNOWN})
    label = plural(
        "Send again to {n} person who may have it already",
        "Send again to {n} people who may have it already",
        n,
    )
    return (Choice("do-doubtful", label),) if n else ()


def sure(ask: str, one: Announcement, sent: Report) -> Screen:
    """Ask before what cannot be undone."""
    blocks = (title(_HEADINGS[ask]), quote(Typed(one.content.title)), *_warning(ask, sent))
    return Screen(f"sending:{ask}", blocks, (YES, NO), (LIST, MENU))


_HEADINGS = {
    "cancel": say("Cancel this announcement?"),
    "withdraw": say("Withdraw this announcement?"),
    "again": say("Send it again?"),
    "doubtful": say("Send it again to those who may have it?"),
}
ASKED = frozenset(_HEADINGS)
"""What is asked about before it is done."""


def _warning(ask: str, sent: Report) -> tuple[Block, ...]:
    match ask:
        case "cancel":
            n = sent.told({Fate.WAITING})
            waits = plural("{n} message has not left yet.", "{n} messages have not left yet.", n or 0)
            gone = say(
                "What has not left never leaves. What was received stays: to take it back, withdraw it."
            )
            told = (text(gone),) if n is None else (text(waits), text(gone))
            return told if sent.total else (text(say("Nobody receives it.")),)
        case "withdraw":
            how = say(
                "On Telegram, messages of less than two days are erased, older ones become a notice that it was withdrawn. "
                "On the web, the notice takes its place. What has not left never leaves. What cannot be done is counted."
            )
            return (text(how),)
        case "again":
            again = say(
                "Whoever has blocked us, or asks for nothing any more, is not written to: this is looked at again for each."
            )
            return (text(again),)
        case _:
            n = sent.many({Fate.UNKNOWN})
            risk = plural(
                "Telegram never answered for {n} message. That person may have it already: they would then receive it "
                "twice.",
                "Telegram never answered for {n} messages. Those people may have it already: they would then receive it "
                "twice.",
                n,
            )
            return (text(risk),)


def asking(one: Announcement) -> Screen:
    """Ask for the words that take the place of what was received."""
    shown = one.correction or one.content
    asked = say(
        "Type the new text, in one message; {most} characters fit, title included. The file stays. As it is now:",
        most=one.content.room,
    )
    return _asking("sending:text", one, asked, shown.text, (TITLE,))


def asking_title(one: Announcement) -> Screen:
    """Ask for the title that takes the place of what was received."""
    shown = one.correction or one.content
    asked = say(
        "Type the new title; {most} characters fit. The text and the file stay. As it is now:",
        most=TITLE_MOST,
    )
    return _asking("sending:title", one, asked, shown.title, ())


def _asking(name: str, one: Announcement, asked: Words, now: str, choices: Sequence[Choice]) -> Screen:
    blocks = (title(say("Correct: {name}", name=named(one))), text(asked), quote(Typed(now)))
    return Screen(name, blocks, tuple(choices), (BACK, LIST, MENU), free=True)


def correction(one: Announcement, stage: Stage | None, *, urgent: bool) -> Screen:
    """Show a correction that is written, as it would be received, before another person reads it."""
    after = replace(one, content=one.correction or one.content)
    own = (note(say("Between the two lines, what is received:")), _RULE)
    where = note(
        say(
            "It takes the place of what was received: nobody is written to again. Telegram lets messages be changed; those "
            "who have blocked us since keep the old words, and are counted."
        )
    )
    blocks = (title(say("The correction")), *own, *received(after, stage).blocks, _RULE, where)
    choices = (GIVE, *((NOW,) if urgent else ()), RETYPE, TITLE, DROP)
    return Screen("sending:correction", blocks, choices, (BACK, LIST, MENU))
