"""A person with a browser without JavaScript: reads the page, presses its buttons, types in its field."""

from __future__ import annotations

from dataclasses import dataclass, field
from html.parser import HTMLParser

import httpx

HOME = "http://rallye.test"


@dataclass
class Page(HTMLParser):
    """What a page shows: texts by element, hidden fields, buttons by token, and the person's own bubbles."""

    tags: list[tuple[str, dict[str, str]]] = field(default_factory=list)
    hidden: dict[str, str] = field(default_factory=dict)
    buttons: dict[str, str] = field(default_factory=dict)
    texts: dict[str, list[str]] = field(default_factory=dict)
    said: list[str] = field(default_factory=list)
    _open: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__init__()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        values = {name: value or "" for name, value in attrs}
        self.tags.append((tag, values))
        if tag == "input" and values.get("type") == "hidden":
            self.hidden[values["name"]] = values["value"]
        if tag not in {"input", "meta", "link", "img", "br", "path", "circle", "polygon"}:
            self._open.append((tag, values))
            if tag in {"h1", "h2", "p", "li", "button", "textarea", "article", "blockquote"}:
                self.texts.setdefault(tag, []).append("")
            if values.get("class") == "me":
                self.said.append("")

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        classes = [values.get("class") for _, values in self._open]
        if "me" in classes and "sr" not in classes:
            self.said[-1] += data.strip("\n")
        for tag, values in self._open:
            if tag in self.texts:
                self.texts[tag][-1] += data
            if tag == "button" and values.get("name") == "press":
                self.buttons[values["value"]] = self.buttons.get(values["value"], "") + data


def read(html: str) -> Page:
    """Read a page."""
    page = Page()
    page.feed(html)
    page.close()
    return page


@dataclass
class Visitor:
    """One browser. ``page`` is what it shows, ``answer`` the last response."""

    client: httpx.AsyncClient
    home: str = HOME
    page: Page = field(default_factory=Page)
    answer: httpx.Response | None = None

    async def open(self, path: str = "/") -> Page:
        self.answer = await self.client.get(path)
        self.page = read(self.answer.text)
        return self.page

    async def post(self, headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
        """Send a form as it is; nothing is followed."""
        sent = {"Origin": self.home} if headers is None else headers
        return await self.client.post("/say", files={k: (None, v) for k, v in fields.items()}, headers=sent)

    async def send(self, **fields: str) -> Page:
        """Send the page's form, and go where it leads."""
        answer = await self.post(**{**self.page.hidden, **fields})
        assert answer.status_code == 303, (answer.status_code, answer.text)
        return await self.open(answer.headers["location"].partition("#")[0])

    async def say(self, text: str) -> Page:
        return await self.send(text=text)

    async def press(self, key: str) -> Page:
        """Press a button by its key."""
        token = next((token for token in self.page.buttons if token.split("|")[2] == key), None)
        assert token is not None, f"{key!r} is not among {self.page.buttons}"
        return await self.send(press=token)

    @property
    def screen(self) -> str:
        """The name of the screen whose buttons are live."""
        return next(iter(self.page.buttons)).split("|")[1]
