"""What was learned, written back to the files: new ways of asking into their entry, new entries into a file of their own.

A file that exists keeps all it says: only its ways of asking grow. What comes out can be read again.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import frontmatter
import yaml

from rallynov.faq.content import Entries
from rallynov.faq.learning import merged
from rallynov.faq.model import Entry
from rallynov.storage.store import Store
from rallynov.text import fold


def export_learned(entries: Entries, store: Store, folder: Path) -> list[Path]:
    """Write what the files do not say yet; return the files that were written."""
    with store.read() as tx:
        known = merged(entries, tx)
    written = []
    for language, spoken in known.items():
        for slug, entry in spoken.items():
            path = folder / language / "faq" / f"{slug}.md"
            text = _grown(path, entry) if path.exists() else _new(entry, language)
            if text:
                path.parent.mkdir(parents=True, exist_ok=True)
                path.write_text(text, "utf-8")
                written.append(path)
    return written


def _grown(path: Path, entry: Entry) -> str:
    """Return a file with the ways that it lacks, before what follows them; empty when it lacks none."""
    text = path.read_text("utf-8")
    front: dict[str, Any] = frontmatter.parse(text)[0]
    known = {fold(str(way)) for way in (*front.get("ways", ()), front.get("title", ""))}
    lacking = [way for way in entry.ways if fold(way) not in known]
    if not lacking:
        return ""
    head, mark, rest = text.replace("\r\n", "\n").partition("\nways:")
    lines = rest.split("\n")
    if lines[0].strip():  # written on one line
        lines[:1] = ["", *(f"  - {_quoted(str(way))}" for way in front["ways"])]
    end = next(n for n, line in enumerate(lines[1:], 1) if _ends_list(line))
    added = [f"  - {_quoted(way)}" for way in lacking]
    return head + mark + "\n".join([*lines[:end], *added, *lines[end:]])


def _ends_list(line: str) -> bool:
    """Tell whether a line is the next key of the front matter, or its end; items may stand at the margin."""
    return line.startswith("---") or bool(line and not line.startswith((" ", "-", "#")))


def _new(entry: Entry, language: str) -> str:
    """Return a new file; empty for an entry of another language that is only asked for in this one."""
    if entry.language != language:
        return ""
    lines = [
        "---",
        f"slug: {entry.slug}",
        f"category: {entry.category}",
        f"title: {_quoted(entry.title)}",
        "ways:",
        *(f"  - {_quoted(way)}" for way in entry.ways or (entry.title,)),
        "owner: coordination",
        'version: "1"',
        "---",
        "",
        *_paragraphs(entry.answer),
    ]
    rest = [text for _, texts in entry.more for text in texts]
    return "\n".join([*lines, *(["## Suite", "", *_paragraphs(rest)] if rest else [])])


def _paragraphs(texts: Iterable[str]) -> list[str]:
    return [line for text in texts for line in (_plain(text), "")]


def _quoted(text: str) -> str:
    """Write a text as YAML reads it back."""
    written: str = yaml.safe_dump(text, allow_unicode=True, width=10_000, default_flow_style=True)
    return written.removesuffix("\n...\n").strip()


def _plain(text: str) -> str:
    """Keep what somebody typed from being read as markup: the files are plain text."""
    line = "".join(f"\\{sign}" if sign in _MARKUP else sign for sign in " ".join(text.split()))
    return _LISTED.sub(r"\1\\\2", line)


_MARKUP = frozenset("\\`*_[]<>#|!&~")
_LISTED = re.compile(r"^(\d{0,9})([-+.)])(?=\s|$)")
