"""A message as Telegram shows it: HTML with one escaper, and an inline keyboard. Typed words are never
markup.
"""

from __future__ import annotations

from functools import lru_cache
from html import escape
from typing import Any

from rallynov.delivery.message import ById, Message
from rallynov.text import marks
from rallynov.text.marks import BULLET, Line, Passage, Run

A_ROW = 2
"""Actions side by side."""


def html(message: Message) -> str:
    """Write a message as Telegram's HTML; the choices are listed with their numbers for those who cannot see
    buttons.
    """
    return _kept_html(ById(message.shared)) if message.shared else _html(message)


@lru_cache(maxsize=2048)
def _kept_html(shared: ById[Message]) -> str:
    return _html(shared.value)


def _html(message: Message) -> str:
    parts = [_block(kind, texts) for kind, texts in message.blocks]
    alone = not message.blocks  # the last part of a long message: it may not be empty
    parts += [_numbered(message)] if len(message.choices) > 1 or (message.choices and alone) else []
    return "\n\n".join(parts)


def plain(message: Message) -> str:
    """Write a message without any markup, for when Telegram refuses the other."""
    parts = [
        "\n".join(map(marks.plain, texts) if kind == "rich" else texts) for kind, texts in message.blocks
    ]
    parts += (
        ["\n".join(f"{n}. {label}" for n, (_, label) in enumerate(message.choices, 1))]
        if message.choices
        else []
    )
    return "\n\n".join(parts)


def keyboard(message: Message) -> dict[str, Any] | None:
    """Write the buttons: one choice a row, then the actions; None when there are none."""
    rows = [[_button(message, key, label)] for key, label in message.choices]
    actions = [_button(message, key, label) for key, label in message.actions]
    rows += [actions[at : at + A_ROW] for at in range(0, len(actions), A_ROW)]
    return {"inline_keyboard": rows} if rows else None


def _button(message: Message, key: str, label: str) -> dict[str, str]:
    return {"text": label, "callback_data": message.token(key)}


def _block(kind: str, texts: tuple[str, ...]) -> str:
    if kind == "rich":
        return rich(texts[0])
    shown = [escape(text, quote=False) for text in texts]
    match kind:
        case "title":
            return f"<b>{shown[0]}</b>"
        case "note":
            return f"<i>{shown[0]}</i>"
        case "quote":
            return f"<blockquote>{shown[0]}</blockquote>"
        case "list":
            return "\n".join(f"• {text}" for text in shown)
        case _:
            return shown[0]


def rich(text: str) -> str:
    """Write a text with its little markup. An address is left as it is: Telegram makes a link of it."""
    return "\n".join(("\n" if one.apart else "") + _passage(one) for one in marks.parse(text))


def _passage(passage: Passage) -> str:
    bullet = BULLET if passage.shape == "list" else ""
    lines = "\n".join(bullet + _line(line) for line in passage.lines)
    return f"<blockquote>{lines}</blockquote>" if passage.shape == "quote" else lines


def _line(line: Line) -> str:
    return "".join(_run(run) for run in line)


def _run(run: Run) -> str:
    shown = escape(run.text, quote=False)
    shown = f"<i>{shown}</i>" if run.italic else shown
    return f"<b>{shown}</b>" if run.bold else shown


def _numbered(message: Message) -> str:
    return "\n".join(f"{n}. {escape(label, quote=False)}" for n, (_, label) in enumerate(message.choices, 1))
