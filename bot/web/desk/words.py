"""The words of the desk's pages, by the name that templates use."""

from __future__ import annotations

from collections.abc import Mapping

from rallynov.coordination.acts import UNOWNED
from rallynov.coordination.model import Sort
from rallynov.dialogue.words import Say, Term, Words, say
from rallynov.initiatives.lifecycle import Act

WORDS: Mapping[str, Say] = {
    "home": say("The team’s desk"),
    "nothing_new": say("Nothing has moved since then."),
    "last": say("The latest submissions and withdrawals"),
    "standing": say("Where the dossiers stand"),
    "all": say("All dossiers"),
    "todo": say("To do"),
    "questions": say("Questions waiting for an answer"),
    "prepared_waiting": say("Verdicts prepared, not told yet"),
    "overdue": say("Not corrected in time"),
    "calendar": say("Dates of the call"),
    "opens": say("Opening:"),
    "closes": say("Closing:"),
    "unset": say("not set"),
    "entry_about": say(
        "Enter here a dossier that came on paper. You enter it under your own name: its contact receives a code with which "
        "it becomes theirs. What is typed is checked as everybody’s is."
    ),
    "entry_received": say("The paper was received on"),
    "entry_begin": say("Begin"),
    "entry_open": say("Being entered"),
    "entry_none": say("No paper dossier is being entered."),
    "entry_steps": say("The steps of the dossier"),
    "entry_keep": say("Keep, and go on"),
    "entry_end": say("What is missing, and the end"),
    "entry_mend": say("Something could not be read: the rest is kept, and what you typed is still here."),
    "entry_sure": say("Yes, this is what the paper says"),
    "entry_needed": say("needed to submit"),
    "entry_rows": say("One row a line, its cells parted by semicolons:"),
    "entry_files": say("Files"),
    "entry_files_hint": say(
        "Scans or files that came with the paper. Each is examined before it is part of the dossier: open this page again "
        "after a moment to see what became of it."
    ),
    "entry_files_none": say("No file yet."),
    "entry_file_add": say("Add these files"),
    "entry_file_remove": say("Remove"),
    "entry_file_refused": say("The files were not all added"),
    "entry_file_heavy": say(
        "A file is too heavy: nothing of it was kept. The others, if there were any, are there."
    ),
    "entry_drop": say("Give up this entry"),
    "entry_drop_hint": say("What was typed and its files are erased at once. This cannot be taken back."),
    "entry_drop_sure": say("Yes, erase what was entered"),
    "needed_sure": say("Tick the box to confirm. Nothing was erased."),
    "entry_lacks": say("Still missing"),
    "entry_ready": say("Nothing is missing: it can be submitted."),
    "entry_signed": say("The paper is signed, and says all that the last step needs."),
    "entry_submit": say("Submit for the contact"),
    "entry_submit_hint": say("The receipt comes to you: pass it on to the contact."),
    "entry_code": say("Make a code for the contact"),
    "entry_code_hint": say(
        "It works once, for thirty days. With it the dossier becomes theirs, submitted or not; you no longer change it."
    ),
    "entry_code_made": say("Give this to the contact, and to nobody else:"),
    "entry_owned": say("Its contact has taken it over."),
    "entry_see": say("See the dossier"),
    "needed_received": say(
        "Choose the day on which the paper was received: not in the future, not more than a year ago."
    ),
    "needed_signed": say("Tick the box when the paper is signed. Nothing was submitted."),
    "entry": say("Enter a paper dossier"),
    "to_questions": say("Questions received"),
    "to_stages": say("The stages of the rally"),
    "table": say("Dossiers"),
    "search": say("Search"),
    "search_hint": say("Number, title, organisation, SIRET, commune, postcode, or the contact’s name."),
    "filters": say("Filters"),
    "apply": say("Show"),
    "everything": say("Show everything"),
    "any": say("any"),
    "registered": say("all that were submitted"),
    "status": say("State"),
    "territory": say("Département"),
    "size": say("Employees"),
    "theme": say("Theme"),
    "label": say("Label"),
    "labels": say("Labels"),
    "verdict": say("Prepared verdict"),
    "verdict_any": say("one is prepared"),
    "verdict_none": say("none is prepared"),
    "admit": say("admissible"),
    "reject": say("not admissible"),
    "correction": say("A correction was asked for"),
    "late": say("Submitted after the closing, or not corrected in time"),
    "cancel": say("Do nothing, and go back to the table"),
    "back_file": say("Back to the dossier"),
    "to_review": say("Back to the review"),
    "release_one": say("Tell this verdict now"),
    "correct_until": say("To be corrected by:"),
    "nothing_answered": say("Nothing was answered here."),
    "alike": say("Looks like another dossier"),
    "kept_view": say("The address of this page keeps the search and the order: put it among your bookmarks."),
    "empty": say("No dossier is so. Widen the search, or show everything."),
    "number": say("Number"),
    "initiative": say("Initiative"),
    "untitled": say("Without a title"),
    "next": say("Next page"),
    "previous": say("Previous page"),
    "first": say("First page"),
    "pages": say("Pages of the table"),
    "tick": say("Choose:"),
    "tick_all": say("Choose all those of this page"),
    "together": say("With several dossiers at once"),
    "scope_ticked": say("those I have ticked"),
    "scope_all": say("all those of the search"),
    "which": say("Which ones?"),
    "what": say("What?"),
    "go_on": say("Go on"),
    "go_on_hint": say("Nothing is done yet: the next page names the dossiers and asks you to confirm."),
    "act_admit": say("Prepare “admissible”"),
    "act_reject": say("Prepare “not admissible”"),
    "act_unprepare": say("Drop the prepared verdict"),
    "act_release": say("Tell the prepared verdicts"),
    "act_label": say("Add a label"),
    "act_unlabel": say("Take a label off"),
    "act_message": say("Write to their holders"),
    "act_export": say("Export"),
    "act_correct": say("Ask for a correction"),
    "act_late": say("Give a late code"),
    "act_note": say("Keep an internal note"),
    "confirm": say("Confirm"),
    "nothing_yet": say("Nothing is done yet. Read the list, then confirm."),
    "and_more": say("The list goes on: all of them are concerned."),
    "too_many": say("This is too many at once. Narrow the search down, or tick those you mean."),
    "none_chosen": say("No dossier was chosen. Tick some, or choose all those of the search."),
    "reason": say("Reason, as the people of the dossier will read it"),
    "correct_reason": say("What is to be corrected, as the people of the dossier will read it"),
    "until": say("Until when (included)"),
    "label_hint": say(
        "A word or two, 40 characters at most. Labels are never shown to the people of a dossier."
    ),
    "internal": say(
        "For the team only: no page shows it to the people of the dossier, to partners or to readers. Keep to facts: people "
        "may ask for what is kept of them."
    ),
    "text": say("Your message"),
    "text_hint": say(
        "It goes to the owner of each dossier and to those who may change it, where they talk with the rally. It is a "
        "message about their own dossier: they receive it whatever announcements they have chosen."
    ),
    "preview": say("See it before it leaves"),
    "preview_head": say("This is what they will read"),
    "send": say("Send"),
    "typed": say("To confirm, type how many people it goes to"),
    "typed_wrong": say(
        "This is not the number of people: nothing was sent. Type the number that the page names."
    ),
    "view": say("What the file shows"),
    "format": say("Format"),
    "drafts_left": say("Drafts are left out: what they hold is their people’s alone."),
    "done": say("Done"),
    "not_done": say("Not done"),
    "back_table": say("Back to the table"),
    "back_home": say("The team’s desk"),
    "file_answers": say("What was submitted"),
    "file_none": say("Nothing was submitted yet. What a draft holds is its people’s alone."),
    "file_correcting": say(
        "Its people are correcting it. You read what they submitted last; what they change now is theirs until they "
        "submit it again."
    ),
    "history": say("What happened to this dossier"),
    "people": say("Who shares this dossier"),
    "nobody": say("Nobody yet: it was entered from paper and waits for its contact."),
    "remarks": say("Comments"),
    "notes": say("Internal notes"),
    "notes_none": say("No note yet."),
    "by_you": say("you"),
    "by_team": say("the team"),
    "messages": say("Messages sent to its people"),
    "lookalikes": say("Dossiers that look like this one"),
    "lookalikes_hint": say(
        "The same organisation, or the same title. One organisation may well carry several initiatives."
    ),
    "review": say("Review"),
    "unowned": UNOWNED,
    "review_own": say("You share this dossier: somebody else of the team reviews it."),
    "prepared": say("A verdict is prepared and not told:"),
    "prepared_old": say("The dossier has changed since: read it again, then prepare the verdict anew."),
    "more": say("More"),
    "late_hint": say(
        "For whoever could not submit in time. It works once; it goes to the owner, and this page shows it."
    ),
    "late_made": say("The code is made and sent to the owner of the dossier. You may also read it to them:"),
    "download": say("Files"),
    "entered": say("Entered by the team from a paper received on:"),
    "needed_reason": say(
        "Write what is to be corrected, or why: the people of the dossier read it. Nothing was done."
    ),
    "needed_day": say("Choose a day from today on. Nothing was done."),
    "needed_text": say("Write a few words. Nothing was done."),
}
ACTS: Mapping[str, Say] = {
    name.removeprefix("act_"): words for name, words in WORDS.items() if name.startswith("act_")
}
HEADS: Mapping[Sort, Say] = {
    Sort.NUMBER: say("Number"),
    Sort.TITLE: say("Title"),
    Sort.NAME: say("Organisation"),
    Sort.PLACE: say("Commune"),
    Sort.SIZE: say("Employees"),
    Sort.STATUS: say("State"),
    Sort.SUBMITTED: say("Submitted on"),
    Sort.CHANGED: say("Last change"),
}
SIZES: Mapping[str, Say] = {
    "0-9": say("fewer than 10"),
    "10-49": say("10 to 49"),
    "50-249": say("50 to 249"),
    "250": say("250 and more"),
}
SAVED: Mapping[str, Say] = {
    "correct": say("Sent. Its people read it where they are."),
    "admit": say("Prepared. Nobody is told before the verdicts are."),
    "reject": say("Prepared. Nobody is told before the verdicts are."),
    "unprepare": say("The prepared verdict is dropped."),
    "note": say("Your note is kept."),
    "label": say("The label is there."),
    "unlabel": say("The label is taken off."),
}
"""What is told once something was done with one dossier."""
UNDONE: Mapping[str, tuple[str, Say]] = {
    "admit": ("unprepare", say("Drop these prepared verdicts")),
    "reject": ("unprepare", say("Drop these prepared verdicts")),
    "label": ("unlabel", say("Take this label off them")),
    "unlabel": ("label", say("Put this label on them again")),
}
"""Of what was done with several dossiers, what takes it back, of those that it has changed."""
MOVED: Mapping[Act, tuple[Say, Say]] = {
    Act.OPEN: (say("draft opened"), say("drafts opened")),
    Act.SUBMIT: (say("submission"), say("submissions")),
    Act.WITHDRAW: (say("withdrawal"), say("withdrawals")),
    Act.REOPEN: (say("taken back"), say("taken back")),
}
VERDICTS: Mapping[Act, Say] = {Act.ADMIT: say("admissible"), Act.REJECT: say("not admissible")}


def theme(name: str) -> Words:
    """Name a theme as the form does."""
    return Term(f"form:themes.{name}:label")
