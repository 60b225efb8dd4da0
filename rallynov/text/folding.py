"""Text made comparable: what two people type differently for the same thing."""

import unicodedata

import regex

_MARKS = regex.compile(r"[\p{M}\p{Cf}]+")  # Cf: joiners and the like must not part a word
_APART = regex.compile(r"[^\p{L}\p{N}]+")
_LETTERS = str.maketrans({"œ": "oe", "æ": "ae", "ø": "o", "ł": "l", "đ": "d", "ı": "i"})


def fold(text: str) -> str:
    """`text` without case, accents and punctuation: `"À l’Essai !"` gives `"a l essai"`.

    Ligatures are opened (œ, æ), styled figures are plain (② and 2️⃣ give 2), whatever is neither letter nor
    figure is one space. `""` for `"?"` or an emoji alone. Folding twice changes nothing.
    """
    if text.isascii():
        return _APART.sub(" ", text.casefold()).strip()
    # Marks go first: taking apart a run of n marks costs n². Twice: it can bring back marks and capitals.
    plain = _MARKS.sub("", text)
    for _ in range(2):
        plain = _MARKS.sub("", unicodedata.normalize("NFKD", plain.casefold()))
    return _APART.sub(" ", plain.translate(_LETTERS)).strip()
