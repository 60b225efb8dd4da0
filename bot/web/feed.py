"""A feed in Atom (RFC 4287): what was published, for whoever reads it elsewhere. Knows nothing but values.

Written with the standard library, which escapes all that it writes: there is no kept library that does more.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from xml.etree.ElementTree import Element, SubElement, tostring

NAMESPACE = "http://www.w3.org/2005/Atom"
MIME = "application/atom+xml; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing that was published: ``id`` never changes, ``html`` is its content, ``updated`` grows with corrections."""

    id: str
    link: str
    title: str
    author: str
    published: datetime
    updated: datetime
    html: str


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed: ``link`` is its page, ``own`` its own address."""

    id: str
    link: str
    own: str
    title: str
    author: str
    language: str
    began: datetime
    entries: Sequence[Entry] = ()

    @property
    def updated(self) -> datetime:
        """When something last changed in it."""
        return max((entry.updated for entry in self.entries), default=self.began)


def written(feed: Feed) -> bytes:
    """Write a feed as XML, in UTF-8."""
    root = Element("feed", {"xmlns": NAMESPACE, "xml:lang": feed.language})
    _texts(root, {"id": feed.id, "title": feed.title, "updated": _moment(feed.updated)})
    _texts(SubElement(root, "author"), {"name": feed.author})
    SubElement(root, "link", {"rel": "alternate", "type": "text/html", "href": feed.link})
    SubElement(root, "link", {"rel": "self", "type": "application/atom+xml", "href": feed.own})
    for entry in feed.entries:
        _entry(SubElement(root, "entry"), entry)
    text: bytes = tostring(root, encoding="utf-8", xml_declaration=True)
    return text


def _entry(node: Element, entry: Entry) -> None:
    moments = {"published": _moment(entry.published), "updated": _moment(entry.updated)}
    _texts(node, {"id": entry.id, "title": entry.title, **moments})
    _texts(SubElement(node, "author"), {"name": entry.author})
    SubElement(node, "link", {"rel": "alternate", "type": "text/html", "href": entry.link})
    SubElement(node, "content", {"type": "html"}).text = entry.html


def _texts(node: Element, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        SubElement(node, name).text = text


def _moment(at: datetime) -> str:
    return at.astimezone(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")
