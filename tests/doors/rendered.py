"""What each door makes of a message, read back into one form: Telegram's HTML and keyboard, a web page, a terminal."""

from __future__ import annotations

import re
from collections.abc import Sequence
from html.parser import HTMLParser

import telegram_html
from transcripts import Card

from bot.telegram import render
from rallynov.delivery.message import Message
from rallynov.figures.caption import caption

TELEGRAM = (("<b>", "# "), ("<blockquote>", "| "))
PAGE = {"h2": "# ", "p": "", "blockquote": "| ", "li": "• "}


def on_telegram(message: Message) -> Card:
    """Read a message as Telegram shows it: choices are in the text with their numbers, and on the keyboard."""
    parts = render.html(message).split("\n\n")
    numbered = [re.fullmatch(r"\d+\. (.+)", line) for line in parts[-1].split("\n")]
    listed = [telegram_html.unescape(one[1]) for one in numbered if one] if all(numbered) else []
    markup = render.keyboard(message) or {"inline_keyboard": []}
    rows: list[list[dict[str, str]]] = markup["inline_keyboard"]
    count = len(listed) or (1 if rows and len(rows[0]) == 1 else 0)
    assert all(len(row) == 1 for row in rows[:count])
    buttons = [button for row in rows for button in row]
    labels = tuple(button["text"] for button in buttons)
    assert listed in ([], [*labels[:count]])
    texts = [line for part in parts[: -1 if listed else None] for line in _marked(part)]
    data = tuple(button["callback_data"] for button in buttons)
    return Card((*_captioned(message), *texts), labels[:count], labels[count:], data)


def _captioned(message: Message) -> list[str]:
    """Read the words under a picture, which stand in for it."""
    if message.figure is None:
        return []
    heading, *rows = caption(message.figure).split("\n")
    return [f"▦ {heading}", *(f"▦ {_told(row)}" for row in rows)]


def _told(row: str) -> str:
    """A row of a table in the canonical form, which has "?" where there is no point."""
    return re.sub(r"–$", "?", row)


def _marked(part: str) -> list[str]:
    mark = next((mark for tag, mark in TELEGRAM if part.startswith(tag)), "")
    plain = telegram_html.parse(part)
    return plain.split("\n") if plain.startswith("• ") else [mark + plain]


def in_a_terminal(drawn: str) -> Card:
    """Read what a terminal shows; it cannot tell a heading but by its capitals, nor a line from the next."""
    texts: list[str] = []
    choices: tuple[str, ...] = ()
    actions: tuple[str, ...] = ()
    for part in drawn.strip("\n").split("\n\n"):
        if part.startswith("  1. "):
            choices = tuple(line.split(". ", 1)[1] for line in part.split("\n"))
        elif re.fullmatch(r"\[.+\]", part, re.DOTALL):
            actions = tuple(re.findall(r"\[(.+?)\]", part))
        elif part.startswith("  - "):
            texts += ["• " + " ".join(item.split()) for item in part[4:].split("\n  - ")]
        elif re.search(r"\n  .+ (–|\d+)(\n|$)", part):
            heading, *rows = part.split("\n")
            cells = [re.fullmatch(r"  (.+?) +(\S+)", row) for row in rows]
            texts += [f"▦ {heading}", *(f"▦ {_told(f'{cell[1]}: {cell[2]}')}" for cell in cells if cell)]
        elif part.startswith("  | "):
            texts.append("| " + " ".join(line[4:] for line in part.split("\n")))
        else:
            texts.append(" ".join(part.split("\n")))
    return Card(tuple(texts), choices, actions)


class Page(HTMLParser):
    """A page of the web door: the answers in its journal, and the buttons and hidden fields of its form."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.answers: list[list[str]] = []
        self.tables: list[list[str]] = []
        self.hidden: dict[str, str] = {}
        self.buttons: list[tuple[bool, str, str]] = []
        self._open: list[str] = []
        self._form = self._kind = ""
        self._first = False
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: Sequence[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        self._open.append(tag)
        match tag:
            case "form":
                self._form = given.get("id", "")
            case "fieldset":
                self._kind = given.get("class", "")
            case "article":
                self.answers.append([])
                self.tables.append([])
            case "caption" | "th" | "td":
                self._cell(tag, given.get("scope", ""))
            case "button" if self._form == "answers":
                self.buttons.append((self._kind == "choices", given["value"], ""))
            case "input" if given.get("type") == "hidden":
                self.hidden[given["name"]] = given["value"]
        if tag in PAGE and "article" in self._open:
            self.answers[-1].append(PAGE[tag])
        if tag in {"input", "meta", "link", "br", "img"}:
            self._open.pop()

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop() != tag:
            pass

    def handle_data(self, data: str) -> None:
        if "tbody" in self._open or "caption" in self._open:
            self._tabled(data.strip())
            return
        if "article" in self._open and self._open[-1] in {*PAGE, "small"}:
            self.answers[-1][-1] += data
        elif "button" in self._open and self._form == "answers" and self._open[-1] != "b":
            is_choice, value, label = self.buttons[-1]
            self.buttons[-1] = (is_choice, value, (label + data).strip(" \n"))

    def _cell(self, tag: str, scope: str) -> None:
        if tag == "td":
            self.tables[-1][-1] += ": " if self._first else " | "
            self._first = False
        elif scope != "col":
            self.tables[-1].append("▦ ")

    def _tabled(self, data: str) -> None:
        match self._open[-1]:
            case "caption" | "th" | "td":
                self.tables[-1][-1] += data
            case "span" if data == "–":
                self.tables[-1][-1] += "?"
        self._first = self._first or self._open[-1] == "th"

    def cards(self, since: int) -> list[Card]:
        """The answers after so many; the last one has the page's buttons."""
        choices = tuple(label for is_choice, _, label in self.buttons if is_choice)
        actions = tuple(label for is_choice, _, label in self.buttons if not is_choice)
        both = zip(self.tables[since:], self.answers[since:], strict=True)
        texts = [(*table, *answer) for table, answer in both]
        cards = [Card(one) for one in texts[:-1]]
        return (
            [*cards, Card(texts[-1], choices, actions, tuple(value for _, value, _ in self.buttons))]
            if texts
            else []
        )
