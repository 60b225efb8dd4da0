"""The one cleaner of what people type, used at every door before anything is stored or compared.

What it keeps is what a reader sees. What it refuses:

* half characters: a lone surrogate cannot be written in UTF-8, to SQLite, to PostgreSQL or to a spreadsheet;
  two halves that belong together (some JSON writers send them apart) are joined first;
* NUL, the other controls (only line feed and tab stay; any line break becomes a line feed), noncharacters
  and U+FFF9–FFFC, which XML-based formats refuse;
* what is invisible: bidirectional controls (they make a name read backwards, or hide an extension),
  zero-width characters, soft hyphens, Hangul fillers, tags, variation selectors. An invisible character
  stays where it has a job: U+200D and U+FE0F inside an emoji, tags inside a flag, U+200C/D between two
  letters of a script that joins them (Arabic, Devanagari…);
* more than 8 combining marks on one base ("zalgo").
"""

import re
import unicodedata

import regex

from rallynov.text.measure import GRAPHEME

MAX_CHARACTERS = 16_000
"""Code points kept of one text: four full Telegram messages."""

_MAX_RAW = 200_000  # what lies beyond is not even looked at: the cost of one text is bounded
_MAX_MARKS = 8

_BREAKS = {"\x0b": "\n", "\x0c": "\n", "\x85": "\n", "\u2028": "\n", "\u2029": "\n", "\u2800": " "}
_CONTROLS = {code: None for code in (*range(0x20), *range(0x7F, 0xA0)) if chr(code) not in "\n\t"}
_TABLE = _CONTROLS | {ord(character): to for character, to in _BREAKS.items()}

_SURROGATE = re.compile("[\ud800-\udfff]")
_TRANSLATED = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u2028\u2029\u2800]")
# Default_Ignorable_Code_Point, noncharacters and U+FFF9–FFFC; spelled out because `re` finds a first one in a
# long text ten times faster than `regex` with properties. A test compares the two.
_NONCHARACTERS = "".join(
    chr(plane + last) for plane in range(0, 0x110000, 0x10000) for last in (0xFFFE, 0xFFFF)
)
_SUSPECT = re.compile(
    "[\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164"
    "\ufdd0-\ufdef\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffc\U0001bca0-\U0001bca3\U0001d173-\U0001d17a"
    f"\U000e0000-\U000e0fff{_NONCHARACTERS}]"
)
_JOINING = "".join(
    rf"\p{{Script={script}}}"
    for script in (
        *("Arabic", "Syriac", "Mongolian", "Nko", "Devanagari", "Bengali", "Gurmukhi", "Gujarati", "Oriya"),
        *("Tamil", "Telugu", "Kannada", "Malayalam", "Sinhala", "Khmer", "Myanmar"),
    )
)
_EMOJI = r"\p{Extended_Pictographic}(?:\uFE0F|\p{Emoji_Modifier})?"
# Tried at a suspect character's left neighbour: what matches group 1 is kept, any other suspect goes.
_INVISIBLE = regex.compile(
    rf"(?V1)(\U0001F3F4[\U000E0030-\U000E0039\U000E0061-\U000E007A]{{3,6}}\U000E007F"  # the flag of Scotland
    r"|[\p{Extended_Pictographic}0-9#*]\uFE0E"  # an emoji shown as text
    rf"|{_EMOJI}(?:\u200D{_EMOJI})*+"  # a family
    r"|[0-9#*]\uFE0F"  # a keycap
    rf"|(?<=[[{_JOINING}]&&[\p{{L}}\p{{M}}]])[\u200C\u200D](?=[[{_JOINING}]&&\p{{L}}]))"
    rf"|{_SUSPECT.pattern}++"
)
_ZALGO = regex.compile(rf"(\p{{M}}{{{_MAX_MARKS}}})\p{{M}}++")
_BLANK_LINES = re.compile(r"\n{4,}")


def clean_text(raw: str) -> str:
    """What a person typed, without what could break a store or deceive a reader.

    At most 16,000 code points, in NFC, encodable in UTF-8; no spaces at the ends of lines, at most two blank
    lines in a row, nothing blank at either end. `""` when nothing visible was typed. Cleaning twice changes
    nothing. Never raises; linear in the length of `raw`.
    """
    text = raw[:_MAX_RAW].replace("\r\n", "\n").replace("\r", "\n")
    if _TRANSLATED.search(text):
        text = text.translate(_TABLE)
    if not text.isascii():
        text = _clean_unicode(text)
    text = "\n".join(line.rstrip() for line in text.strip().split("\n"))
    return _cut(_BLANK_LINES.sub("\n\n\n", text))


def clean_line(raw: str) -> str:
    """What a person typed where one line is asked: `clean_text`, with every run of white space one space."""
    return " ".join(clean_text(raw).split())


def _clean_unicode(text: str) -> str:
    if _SURROGATE.search(text):
        text = text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "ignore")
    text = _without_invisible(text)
    # Before NFC, because normalising a run of n marks costs n², and after, because it takes some marks apart.
    text = unicodedata.normalize("NFC", _ZALGO.sub(r"\1", text))
    return _ZALGO.sub(r"\1", text)


def _without_invisible(text: str) -> str:
    return _INVISIBLE.sub(r"\1", text) if _SUSPECT.search(text) else text


def _cut(text: str) -> str:
    """The first 16,000 code points, less the character on which the cut would fall."""
    if len(text) <= MAX_CHARACTERS:
        return text
    end = 0
    for grapheme in GRAPHEME.finditer(text[: MAX_CHARACTERS + 1]):
        if grapheme.end() > MAX_CHARACTERS:
            break
        end = grapheme.end()
    # One "character" of 16,000 code points is cut anyway; a joiner left at the end has nothing to join.
    return _without_invisible(text[: end or MAX_CHARACTERS]).rstrip()
