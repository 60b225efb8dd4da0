"""The words of the pages themselves, as English msgids: templates receive them resolved, and hold none of their own."""

from __future__ import annotations

from collections.abc import Mapping

from rallynov.dialogue.words import Say, say
from rallynov.wording import Wording

LABELS: Mapping[str, Say] = {
    "skip": say("Go to the conversation"),
    "skip_page": say("Go to the content"),
    "conversation": say("Conversation"),
    "log": say("Messages of the conversation"),
    "you": say("You:"),
    "choose": say("Your answer"),
    "other": say("Other actions"),
    "message": say("Your message"),
    "hint": say("The number of an answer, its words, or a sentence."),
    "send": say("Send"),
    "retry": say("Try again"),
    "home": say("Go back to the conversation"),
    "see": say("See the answer"),
    "privacy": say("Your data"),
    "accessibility": say("Accessibility: not compliant"),
    "legal": say("Legal notice"),
    "footer": say("About this service"),
    "telegram": say("The same conversation on Telegram"),
    "promise_time": say("About ten minutes; you may stop and come back."),
    "promise_name": say("Neither name nor address: it is anonymous."),
    "promise_bot": say("You talk with a program; a person of the team is never far."),
    "motto": say("Find out what you already invent"),
    "expect": say("What to expect"),
    "answers": say("My answers"),
    "tools": say("Your conversation"),
    "papers": say("Documents to keep"),
    "files": say("Files to add to the dossier"),
    "files_add": say("Add these files"),
    "news_file": say("The picture or the document of the announcement"),
    "news_file_add": say("Send this file"),
    "dossier": say("My dossier"),
    "dossier_see": say("See my dossier"),
    "dossier_state": say("Where it stands"),
    "dossier_parts": say("The steps of the dossier"),
    "dossier_people": say("Who shares this dossier"),
    "dossier_sharing": say("Change who shares it"),
    "dossier_remarks": say("Comments"),
    "dossier_remark": say("Add a comment"),
    "dossier_moves": say("What happened to this dossier"),
    "dossier_hours": say("The hours are those of Paris."),
    "dossier_number": say("Number:"),
    "dossier_all": say("My dossiers"),
    "dossier_open": say("Open my dossier"),
    "dossier_hint": say(
        "To change an answer, press its button: the question is asked again in the conversation, and nothing else changes."
    ),
    "dossier_none": say(
        "There is no dossier on this device yet. If you have begun one elsewhere, type “/continuer” there: you will "
        "receive a link to open here."
    ),
    "absent": say("no score"),
    "code_web": say("Open on the web"),
    "code_telegram": say("Open on Telegram"),
    "code_qr": say("QR code of the web link"),
    "code_type": say("The code, to type or to copy:"),
    "code_go": say("Continue here"),
    "code_once": say(
        "This link leads to a conversation of the rally: yours, begun elsewhere, or one to which somebody invites you: a "
        "colleague, or the team of the rally, for a role. It works once. Nothing happens before you press the button."
    ),
    "code_news": say(
        "This link leads to the announcements of the rally: you choose what you receive, and nothing before. Nothing happens "
        "before you press the button."
    ),
    "elsewhere": say("Continue on another device"),
    "sheets": say("Fact sheets"),
    "sheets_intro": say(
        "Each sheet is short: three steps, a made-up example, a common mistake and a tool ready to use. "
        "Beside each one, the checkpoint that it serves."
    ),
    "sheets_all": say("All the sheets"),
    "sheets_beside": say("Other sheets"),
    "sheet_keep": say("Keep this sheet (PDF)"),
    "serves": say("For the checkpoint:"),
    "archive": say("Announcements"),
    "archive_all": say("All the announcements"),
    "archive_feed": say("Follow the announcements in a feed reader (Atom)"),
    "archive_gone": say("Announcement withdrawn"),
    "archive_withdrawn": say("This announcement was withdrawn: what it said is not valid any more."),
    "archive_none": say("Nothing has been announced yet."),
    "archive_how": say(
        "To receive announcements in your conversation, type “/annonces” there and choose your topics."
    ),
    "faq": say("Frequent questions"),
    "faq_intro": say(
        "Choose a question to read its answer. If yours is not here, ask it in the conversation, in your own words."
    ),
    "faq_all": say("All the questions"),
    "faq_more": say("Good to know as well"),
    "faq_ask": say("Ask my question"),
    "faq_other": say("Ask another question"),
    "faq_typed": say("What begins with “/” on this page is typed in the conversation."),
    "faq_foreign": say("This answer is in French for the moment: it is not translated yet."),
    "stages": say("The stages of the rally"),
    "stages_all": say("All the stages"),
    "stages_near": say("Show first the stages of:"),
    "stages_none": say("No stage to come is in the calendar: I can name neither place nor date."),
    "stages_over": say("Stages that are over"),
    "stages_sample": say(
        "This is an example, made up for this demonstration: neither place nor date is real."
    ),
    "stage_map": say("See the place on a map (OpenStreetMap, another site)"),
    "stage_keep": say("Put it in my calendar"),
    "stage_come": say("I will be there"),
    "stage_come_how": say("The conversation opens at this stage: you confirm there, and no name is asked."),
    "code_no": say("If you did not expect this link, close this page."),
    "earlier": say("Earlier messages are not shown here. To read your answers again, type “recap”."),
    "unknown": say("An earlier button"),
    "sending": say("Sending…"),
    "again": say("The connection was lost; trying again…"),
    "failed": say("Your answer has not left. Nothing is lost: try again when the connection is back."),
    "kept": say("Your message is safely kept; the answer is on its way."),
    "cookies": say(
        "Your browser did not keep our cookie, so your conversation cannot go on. Please accept it: it is the only "
        "one, and serves only to find your conversation again."
    ),
    "outdated": say("This page was no longer up to date, so nothing was sent. Please answer again."),
    "busy": say(
        "This goes faster than we can follow. Wait a few seconds, then send again: your text is still here."
    ),
    "away": say(
        "We cannot keep your message for the moment. Your text is still here: please send it again in a minute."
    ),
    "closed": say(
        "The conversation cannot be shown for the moment. Nothing is lost: please come back in a minute."
    ),
    "long": say("This message is too long to be sent in one piece: please cut it in two."),
    "malformed": say("This form could not be read, so nothing was done. Please answer again."),
}
"""Short words, by the name that templates use."""

TROUBLES: Mapping[int, tuple[Say, Say]] = {
    403: (
        say("This request came from elsewhere"),
        say("It was not made on this site, so nothing was done. Open the conversation and answer there."),
    ),
    404: (
        say("This page does not exist"),
        say("There may be a mistake in its address. Your conversation is still where you left it."),
    ),
    405: (
        say("Nothing to see at this address"),
        say("It only receives what the conversation sends. Your conversation is still where you left it."),
    ),
    503: (
        say("Too many documents are being prepared"),
        say("Yours is not lost: please come back to the conversation and ask for it again in a minute."),
    ),
    500: (
        say("Something broke on our side"),
        say(
            "What you had given before is kept. Please try again; if it happens again, tell the team of the rally."
        ),
    ),
}
"""Title and text of the pages for what went wrong, by status."""


def labels(wording: Wording, language: str) -> dict[str, str]:
    """Resolve the short words into a language."""
    return {name: wording.word(words, language) for name, words in LABELS.items()}
