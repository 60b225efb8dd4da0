"""One file of a sheet, read into a value: front matter, then five sections in a fixed shape.

A sheet is plain text: a link, an image or a piece of HTML is refused, since no channel would show it alike.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, NoReturn

from pydantic import BaseModel, ConfigDict, Field

from rallynov.sheets.model import GESTURES, SECTIONS, Gesture, Sheet
from rallynov.wording import ContentError, read_front, read_tree

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

_LEAST_LINES = 3


class _Front(BaseModel):
    """What stands between the two ``---`` of a file."""

    model_config = ConfigDict(extra="forbid")

    number: str = Field(pattern=r"^F[1-9][0-9]?$")
    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$")
    title: str = Field(min_length=1, max_length=60)
    checkpoints: tuple[str, ...] = Field(min_length=1)
    version: str = Field(min_length=1)
    minutes: int = Field(ge=1, le=9)


def read_sheet(path: Path, headings: Mapping[str, str], tidy: Callable[[str], str]) -> Sheet:
    """Read one file; what is read is typeset, and nothing in it is markup any more."""
    front, body = read_front(path, _Front)
    reading = _Reading(path, headings, tidy)
    parts = reading.sections(body)
    mistake, instead = reading.paragraphs("mistake", parts["mistake"], 2)
    [question] = reading.paragraphs("question", parts["question"], 1)
    [example] = reading.paragraphs("example", parts["example"], 1)
    tool, lines = reading.tool(parts["tool"])
    return Sheet(
        number=front.number,
        slug=front.slug,
        title=tidy(front.title),
        checkpoints=front.checkpoints,
        version=front.version,
        minutes=front.minutes,
        question=question,
        gestures=reading.gestures(parts["gestures"]),
        example=example,
        mistake=mistake,
        instead=instead,
        tool=tool,
        lines=lines,
        source=str(path),
    )


class _Reading:
    """One file being read: its nodes become plain text, or the file is refused."""

    def __init__(self, path: Path, headings: Mapping[str, str], tidy: Callable[[str], str]) -> None:
        self._path = path
        self._headings = headings
        self._tidy = tidy

    def sections(self, body: str) -> dict[str, list[SyntaxTreeNode]]:
        """Return what stands under each heading; the headings are those of the language, in their order."""
        names = {heading: name for name, heading in self._headings.items()}
        parts: dict[str, list[SyntaxTreeNode]] = {}
        for node in read_tree(body).children:
            if node.type == "heading":
                heading = self._plain(node.children)
                if names.get(heading, heading) in {*parts, heading} or node.tag != "h2":
                    known = ", ".join(self._headings.values())
                    self._refuse(
                        f"the heading « {heading} » is of no use here; each of these comes once: {known}"
                    )
                parts[names[heading]] = []
            elif not parts:
                self._refuse("something stands before the first heading")
            else:
                parts[next(reversed(parts))].append(node)
        for name in SECTIONS:
            if not parts.get(name):
                self._refuse(f"the section « {self._headings[name]} » is missing or empty")
        if tuple(parts) != SECTIONS:
            self._refuse(f"the sections must be in this order: {', '.join(self._headings.values())}")
        return parts

    def paragraphs(self, name: str, nodes: Sequence[SyntaxTreeNode], count: int) -> list[str]:
        """Return the paragraphs of a section that holds exactly ``count`` of them and nothing else."""
        if [node.type for node in nodes] != ["paragraph"] * count:
            self._wrong(name, f"{count} paragraph(s) and nothing else")
        return [self._text(node.children) for node in nodes]

    def gestures(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[Gesture, ...]:
        """Return the gestures: a numbered list, each item a bold verb phrase and how to do it."""
        items = self._items("gestures", nodes, "ordered_list")
        if len(items) != GESTURES:
            self._wrong("gestures", f"exactly {GESTURES} gestures, not {len(items)}")
        gestures = []
        for item in items:
            first, *rest = item
            if first.type != "strong" or not rest:
                self._wrong("gestures", "each gesture begins with a verb phrase in **bold**, then says how")
            gestures.append(Gesture(self._text(first.children).removesuffix("."), self._text(rest)))
        return tuple(gestures)

    def tool(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[str, tuple[str, ...]]:
        """Return what the tool is, and its lines."""
        [tool] = self.paragraphs("tool", nodes[:1], 1)
        items = self._items("tool", nodes[1:], "bullet_list")
        if len(items) < _LEAST_LINES:
            self._wrong("tool", f"{_LEAST_LINES} lines at least, each after a dash")
        return tool, tuple(self._text(item) for item in items)

    def _items(self, name: str, nodes: Sequence[SyntaxTreeNode], kind: str) -> list[list[SyntaxTreeNode]]:
        """Return the pieces of text of each item of the one list of a section."""
        if [node.type for node in nodes] != [kind]:
            self._wrong(name, "one list, numbered for the gestures and with dashes for the tool")
        for item in nodes[0].children:
            if [node.type for node in item.children] != ["paragraph"]:
                self._wrong(name, "items of one paragraph")
        return [_pieces(item.children[0].children) for item in nodes[0].children]

    def _text(self, nodes: Iterable[SyntaxTreeNode]) -> str:
        return self._tidy(self._plain(nodes))

    def _plain(self, nodes: Iterable[SyntaxTreeNode]) -> str:
        words = []
        for node in _pieces(nodes):
            if node.type not in {"text", "softbreak"}:
                self._refuse(f"only plain text is shown alike everywhere: no {node.type} here")
            words.append(" " if node.type == "softbreak" else node.content)
        return "".join(words).strip()

    def _wrong(self, name: str, expected: str) -> NoReturn:
        self._refuse(f"« {self._headings[name]} »: expected {expected}")

    def _refuse(self, what: str) -> NoReturn:
        raise ContentError(f"{self._path}: {what}")


def _pieces(nodes: Iterable[SyntaxTreeNode]) -> list[SyntaxTreeNode]:
    """Return the inline pieces of a paragraph; the parser leaves empty ones beside what is bold."""
    inside: list[SyntaxTreeNode] = []
    for node in nodes:
        inside += _pieces(node.children) if node.type == "inline" else [node]
    return [node for node in inside if node.type != "text" or node.content]
