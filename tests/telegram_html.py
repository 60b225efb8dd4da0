"""Telegram's reading of `parse_mode=HTML`, as strict and as lenient as the real server.

`parse` gives the text that stays once the tags are read, or refuses with the words the real server uses.
The rules follow `parse_html` of the public tdlib sources: a bare `&` and an unknown named entity stay
as typed, a bare `>` too; a bare `<` is always the start of a tag.
"""

import re

TAGS = frozenset(
    [
        "a",
        "b",
        "strong",
        "i",
        "em",
        "u",
        "ins",
        "s",
        "strike",
        "del",
        "code",
        "pre",
        "blockquote",
        "tg-spoiler",
        "span",
    ],
)
NAMED = {"lt": "<", "gt": ">", "amp": "&", "quot": '"'}

_ENTITY = re.compile(r"&(?:#x(?P<hex>[0-9a-fA-F]+)|#(?P<dec>[0-9]+)|(?P<name>[a-zA-Z]+));?")
_END = re.compile(r"</(?P<name>[^\s>]*)\s*(?P<closed>>?)")
_NAME = re.compile(r"<(?P<name>[^\s>]*)")
_ATTRIBUTE = re.compile(r"""[^\s=>/"']*""")
_SPACE = re.compile(r"\s*")
_TOKEN = re.compile(r"[a-zA-Z0-9.-]*")


def parse(html: str) -> str:
    """Give the plain text of a message in HTML; ValueError says what the server would refuse, and where."""
    plain: list[str] = []
    opened: list[str] = []
    at = 0
    while (tag := html.find("<", at)) >= 0:
        plain.append(unescape(html[at:tag]))
        at = _end_tag(html, tag, opened) if html.startswith("</", tag) else _start_tag(html, tag, opened)
    if opened:
        raise ValueError(f'Can\'t find end tag corresponding to start tag "{opened[-1]}"')
    plain.append(unescape(html[at:]))
    return "".join(plain)


def unescape(text: str) -> str:
    """Replace the entities the server knows; leave every other `&` as typed."""
    return _ENTITY.sub(_character, text)


def _character(found: re.Match[str]) -> str:
    if found["name"]:
        return NAMED.get(found["name"], found[0])
    code = int(found["hex"], 16) if found["hex"] else int(found["dec"])
    length = len(found[0].removesuffix(";"))
    surrogate = 0xD800 <= code <= 0xDFFF
    return found[0] if code == 0 or code >= 0x10FFFF or length >= 10 or surrogate else chr(code)


def _end_tag(html: str, begin: int, opened: list[str]) -> int:
    if not opened:
        raise ValueError(f"Unexpected end tag {_where(html, begin)}")
    found = _END.match(html, begin)
    if found is None or not found["closed"]:
        raise ValueError(f"Unclosed end tag {_where(html, begin)}")
    name = opened.pop()
    if found["name"] and found["name"] != name:
        where = _where(html, begin)
        raise ValueError(f'Unmatched end tag {where}, expected "</{name}>", found "</{found["name"]}>"')
    return found.end()


def _start_tag(html: str, begin: int, opened: list[str]) -> int:
    found = _NAME.match(html, begin)
    if found is None or found.end() == len(html):
        raise ValueError(f"Unclosed start tag {_where(html, begin)}")
    name = found["name"].lower()
    if name not in TAGS:
        raise ValueError(f'Unsupported start tag "{name}" {_where(html, begin)}')
    attributes: dict[str, str] = {}
    at = _skip(html, found.end(), begin)
    while html[at] != ">":
        at = _attribute(html, at, begin, attributes)
        at = _skip(html, at, begin)
    if name == "span" and attributes.get("class") != "tg-spoiler":
        raise ValueError(f'Tag "span" must have class "tg-spoiler" {_where(html, begin)}')
    opened.append(name)
    return at + 1


def _attribute(html: str, at: int, begin: int, attributes: dict[str, str]) -> int:
    end = _end_of(_ATTRIBUTE, html, at)
    if end == at:
        raise ValueError(f"Empty attribute name in a tag {_where(html, begin)}")
    name = html[at:end]
    at = _skip(html, end, begin)
    if html[at] != "=":
        attributes[name.lower()] = ""
        return at
    at = _skip(html, at + 1, begin)
    if html[at] in "\"'":
        end = html.find(html[at], at + 1)
        if end < 0:
            raise ValueError(f"Unclosed start tag {_where(html, begin)}")
        attributes[name] = unescape(html[at + 1 : end])
        return end + 1
    end = _end_of(_TOKEN, html, at)
    if end < len(html) and html[end] != ">" and not html[end].isspace():
        raise ValueError(f"Unexpected end of name token {_where(html, at)}")
    attributes[name] = html[at:end].lower()
    return end


def _skip(html: str, at: int, begin: int) -> int:
    at = _end_of(_SPACE, html, at)
    if at >= len(html):
        raise ValueError(f"Unclosed start tag {_where(html, begin)}")
    return at


def _end_of(pattern: re.Pattern[str], html: str, at: int) -> int:
    found = pattern.match(html, at)
    return found.end() if found else at


def _where(html: str, at: int) -> str:
    return f"at byte offset {len(html[:at].encode())}"
