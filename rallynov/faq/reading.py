"""One file of an entry, read into a value: front matter, a short answer, and perhaps what else to know.

An entry is plain text: a link, an image, bold or a piece of HTML is refused, since no channel would show it alike. A
command between back-quotes is shown between the quotation marks of its language.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, NoReturn

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from rallynov.faq.model import CATEGORIES, LIVE, Entry, Part
from rallynov.faq.naming import LONGEST_ANSWER, PARAGRAPHS
from rallynov.text import TYPOGRAPHIES, fold
from rallynov.wording import ContentError, read_front, read_tree

if TYPE_CHECKING:
    from markdown_it.tree import SyntaxTreeNode

LEAST_WAYS = 5
_MORE = {"Suite", "More"}
_QUOTES = {"fr": "« {} »", "en": "“{}”"}
_Line = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class _Front(BaseModel):
    """What stands between the two ``---`` of a file."""

    model_config = ConfigDict(extra="forbid", coerce_numbers_to_str=True)

    slug: str = Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=40)
    number: int = Field(default=0, ge=0, le=999)
    category: str
    title: _Line
    ways: tuple[_Line, ...]
    keywords: tuple[_Line, ...] = ()
    audience: tuple[Literal["contact", "partner", "jury"], ...] = ("contact",)
    live: str = ""
    sheets: tuple[Annotated[str, StringConstraints(pattern=r"^F[1-9][0-9]?$")], ...] = ()
    owner: str = "coordination"
    version: str = "1"
    valid_from: date | None = None
    valid_until: date | None = None

    @model_validator(mode="after")
    def _known(self) -> _Front:
        if self.category not in CATEGORIES:
            raise ValueError(f"category: one of {', '.join(CATEGORIES)}")
        if self.live and self.live not in LIVE:
            raise ValueError(f"live: one of {', '.join(LIVE)}")
        if self.valid_from and self.valid_until and self.valid_until < self.valid_from:
            raise ValueError("valid_until: before valid_from")
        return self


def read_entry(path: Path, language: str) -> Entry:
    """Read one file; what is read is typeset, and nothing in it is markup any more."""
    front, body = read_front(path, _Front)
    _check_ways(path, front)
    reading = _Reading(path, language)
    answer, more = reading.parts(body)
    tidy = TYPOGRAPHIES[language]
    known = front.model_dump(exclude={"title"})
    return Entry(
        title=tidy(front.title), language=language, answer=answer, more=more, source=str(path), **known
    )


def _check_ways(path: Path, front: _Front) -> None:
    if front.slug != path.stem:
        _refuse(path, f"slug: {front.slug} is not the name of the file")
    if front.number and len(front.ways) < LEAST_WAYS:
        _refuse(path, f"ways: {LEAST_WAYS} ways of asking at least, not {len(front.ways)}")
    seen: dict[str, str] = {}
    for way in front.ways:
        if (same := seen.setdefault(fold(way), way)) is not way:
            _refuse(path, f"ways: « {way} » and « {same} » are alike")


class _Reading:
    """One file being read: its nodes become plain text, or the file is refused."""

    def __init__(self, path: Path, language: str) -> None:
        self._path = path
        self._tidy: Callable[[str], str] = TYPOGRAPHIES[language]
        self._quoted = _QUOTES.get(language, "{}")

    def parts(self, body: str) -> tuple[tuple[str, ...], tuple[Part, ...]]:
        """Return the short answer, and what else there is to know."""
        nodes = list(read_tree(body).children)
        heads = [at for at, node in enumerate(nodes) if node.type == "heading"]
        if len(heads) > 1 or any(self._plain(nodes[at].children) not in _MORE for at in heads):
            self._refuse("one heading at most, « ## Suite »")
        end = heads[0] if heads else len(nodes)
        answer = self._answer(nodes[:end])
        more = tuple(self._part(node) for node in nodes[end + 1 :])
        if heads and not more:
            self._refuse("nothing stands under the heading « Suite »")
        return answer, more

    def _answer(self, nodes: Sequence[SyntaxTreeNode]) -> tuple[str, ...]:
        if not 0 < len(nodes) <= PARAGRAPHS or any(node.type != "paragraph" for node in nodes):
            self._refuse("the answer: one or two paragraphs, before « ## Suite »")
        answer = tuple(self._tidy(self._plain(node.children)) for node in nodes)
        if (size := sum(map(len, answer))) > LONGEST_ANSWER:
            self._refuse(f"the answer: {LONGEST_ANSWER} characters at most, not {size}")
        return answer

    def _part(self, node: SyntaxTreeNode) -> Part:
        if node.type == "paragraph":
            return "text", (self._tidy(self._plain(node.children)),)
        if node.type not in {"bullet_list", "ordered_list"}:
            self._refuse(f"« Suite » holds paragraphs and lists: no {node.type}")
        if any(piece.type != "paragraph" for item in node.children for piece in item.children):
            self._refuse("« Suite »: each item of a list is one paragraph")
        items = (" ".join(self._plain(piece.children) for piece in item.children) for item in node.children)
        return "list", tuple(map(self._tidy, items))

    def _plain(self, nodes: Iterable[SyntaxTreeNode]) -> str:
        words = []
        for node in nodes:
            match node.type:
                case "inline":
                    words.append(self._plain(node.children))
                case "text":
                    words.append(node.content)
                case "softbreak" | "hardbreak":
                    words.append(" ")
                case "code_inline":
                    words.append(self._quoted.format(node.content))
                case _:
                    self._refuse(f"only plain text is shown alike everywhere: no {node.type} here")
        return "".join(words).strip()

    def _refuse(self, what: str) -> NoReturn:
        _refuse(self._path, what)


def _refuse(path: Path, what: str) -> NoReturn:
    raise ContentError(f"{path}: {what}")
