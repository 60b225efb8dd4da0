"""What is said of exports in conversation: which view, which format, that one is under way, that it is there. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from rallynov.dialogue.screens import Block, Choice, Paper, Screen, note, text, title
from rallynov.dialogue.words import Say, Term, plural, say
from rallynov.exports.model import FAILED, Outcome, Refused, Request

PAPER, PAGE = "export", "/equipe/exports"
MENU = Choice("menu", say("Menu"))
CHOICE = Choice("export", say("Export dossiers"))
BACK = Choice("views", say("Another view"))
KINDS: Mapping[str, Say] = {
    "xlsx": say("Excel (XLSX): one sheet a subject"),
    "csv": say("CSV: one table"),
    "json": say("JSON: for another program"),
    "pdf": say("PDF: a booklet to read and print"),
    "zip": say("ZIP: with the attachments"),
}
REFUSALS: Mapping[str, Say] = {
    Refused.NOT_ALLOWED: say("Your role no longer allows this export."),
    Refused.STATUS_HIDDEN: say(
        "This view never shows dossiers of that status: choose other statuses, or another view."
    ),
    Refused.NO_SUCH_TABLE: say("This view does not hold that table: choose another table."),
    Refused.NOTHING: say("No dossier is so: there is nothing to export."),
    FAILED: say(
        "The export could not be made. Try again in a moment; if it fails again, choose another format."
    ),
}
PERSONAL = say("This file holds personal data: keep it where only the team can read it.")


def refused() -> Screen:
    """Say that this is for the team."""
    return Screen("export:no", (text(say("Exports are for the team of the rally.")),), (), (MENU,))


def which(views: Iterable[str]) -> Screen:
    """Ask which view of the dossiers."""
    blocks = (
        title(say("Export dossiers")),
        text(say("Which view? Each shows what its readers need, and nothing else.")),
        note(say("To choose statuses or places, use the page of exports.")),
    )
    choices = tuple(Choice(f"v-{one}", Term(f"exports:views:{one}")) for one in views)
    return Screen("export", blocks, choices, (MENU,), page=PAGE)


def formats(view: str) -> Screen:
    """Ask which format."""
    blocks = (title(Term(f"exports:views:{view}")), text(say("In which format?")), note(PERSONAL))
    choices = tuple(Choice(f"k-{kind}", label) for kind, label in KINDS.items())
    return Screen("export:k", blocks, choices, (BACK, MENU))


def asked() -> Block:
    """Say that it is being made."""
    return text(
        say("Your export is being made. The file comes here as soon as it is ready; you may go on meanwhile.")
    )


def under_way(done: int, total: int) -> Screen:
    """Say how far a long one is."""
    said = say("Your export is under way: {done} dossiers of {total}.", done=done, total=total)
    return Screen("news", (note(said),))


def done(request: Request, outcome: Outcome, *, heavy: bool) -> Screen:
    """Hand an export over, or say why there is none."""
    if outcome.refused:
        return Screen("news", (text(REFUSALS.get(outcome.refused, REFUSALS[FAILED])),), (), (CHOICE,))
    counted = plural(
        "Your export is ready: {n} dossier.", "Your export is ready: {n} dossiers.", outcome.dossiers
    )
    blocks: list[Block] = [text(counted), note(PERSONAL)]
    page = f"{PAGE}/{request.id}"
    if heavy:
        blocks.append(
            text(say("It is too heavy to be sent here: fetch it within the hour on the page of exports."))
        )
        return Screen("news", tuple(blocks), page=page)
    paper = Paper(PAPER, request.id, Term(f"exports:views:{request.view}"))
    return Screen("news", tuple(blocks), papers=(paper,))
