"""How long a text is for Telegram, and where to cut what is too long for one message."""

import regex

_TELEGRAM_LIMIT = 4096
# Flags stand apart because \X alone costs n² on a row of them.
GRAPHEME = regex.compile(r"\p{RI}{2}[\p{GCB=Extend}\p{GCB=ZWJ}\p{GCB=SpacingMark}]*+|\X")
"""One character as a reader sees it."""

_NON_BREAKING = "\u00a0\u202f\u2007\u2060"
_SENTENCE_ENDS = (".", "!", "?", "…", ";", ":", ".»", "!»", "?»", ".)", "!)", "?)")


def utf16_len(text: str) -> int:
    """Length in UTF-16 code units, which Telegram counts: 2 for most emoji, 1 for what French needs."""
    return len(text) if text.isascii() else len(text.encode("utf-16-le", "surrogatepass")) // 2


def split_message(text: str, limit: int = _TELEGRAM_LIMIT) -> list[str]:
    """`text` in parts of at most `limit` UTF-16 units, none of them blank; `[]` when `text` is blank.

    Cuts between two paragraphs, else two lines, else two sentences (each in the second half of a part, so
    that parts are few), else two words, else two characters as seen by a reader; a single one longer than
    `limit` is cut between code points. Parts are slices of `text` in order, and only white space lies between
    them: a text without a cut comes back as it was. For plain text: a cut knows nothing of markup.
    Raises ValueError when `limit` is less than 2, which one emoji needs.
    """
    if limit < 2:
        raise ValueError("a part needs 2 units at least")
    if utf16_len(text) <= limit:
        return [text] if text.strip() else []
    pieces = _pieces(text, limit)
    parts, start = [], 0
    while start < len(pieces):
        end = _cut(pieces, start, limit)
        parts.append("".join(pieces[start:end]))
        start = _skip_spaces(pieces, end)
    return [part for part in parts if part.strip()]


def _pieces(text: str, limit: int) -> list[str]:
    """Graphemes, the ones that alone exceed the limit taken apart."""
    graphemes: list[str] = GRAPHEME.findall(text)
    if limit >= _TELEGRAM_LIMIT and max(map(len, graphemes)) * 2 <= limit:
        return graphemes
    return [piece for one in graphemes for piece in ([one] if utf16_len(one) <= limit else one)]


def _cut(pieces: list[str], start: int, limit: int) -> int:
    """Where the part that begins at `start` ends: the best cut that fits."""
    end, used = start, 0
    while end < len(pieces) and used + (size := utf16_len(pieces[end])) <= limit:
        used += size
        end += 1
    if end == len(pieces):
        return end
    half = (start + end) // 2
    best, best_rank = end, 0
    for at in range(end, start, -1):
        if _is_space(pieces[at]) and not _is_space(pieces[at - 1]):
            rank = _rank(pieces, at) if at >= half else 1
            if rank > best_rank:
                best, best_rank = at, rank
        if best_rank == 4 or (best_rank and at <= half):
            break
    return best


def _rank(pieces: list[str], at: int) -> int:
    """4 before a blank line, 3 before a line, 2 after a sentence, 1 after a word."""
    breaks = "".join(pieces[at : _skip_spaces(pieces, at)]).count("\n")
    if breaks:
        return 4 if breaks > 1 else 3
    return 2 if "".join(pieces[max(0, at - 3) : at]).replace("\u202f", "").endswith(_SENTENCE_ENDS) else 1


def _skip_spaces(pieces: list[str], at: int) -> int:
    while at < len(pieces) and _is_space(pieces[at]):
        at += 1
    return at


def _is_space(piece: str) -> bool:
    return piece.isspace() and piece not in _NON_BREAKING
