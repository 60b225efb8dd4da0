"""Writes the lists of good words of `rallynov/faq/retrieval/words/`, out of Hunspell dictionaries.

    python bench/faq_words.py /usr/share/hunspell/fr.dic rallynov/faq/retrieval/words/fr.txt.gz

Done once (Debian 12's hunspell-fr-classical 1:7.0-1 and hunspell-en-us 1:2020.12.07-2). Words are folded, of four
letters or more; French passé simple and subjonctif imparfait are left out: nobody types them in a chat.
"""

import gzip
import re
import sys
from collections import defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))
from rallynov.text.folding import fold

RARE = ("ipsi", "simp")


def rules(path: Path) -> dict[str, dict[str, list[tuple[str, str, str, re.Pattern[str]]]]]:
    """SFX and PFX lines by kind and flag: what is taken off, what is put on, the flags after it, the condition."""
    found: dict[str, dict[str, list[tuple[str, str, str, re.Pattern[str]]]]] = {
        "SFX": defaultdict(list),
        "PFX": defaultdict(list),
    }
    for line in path.read_text("utf-8").splitlines():
        parts = line.split()
        if len(parts) < 5 or parts[0] not in found or any(tag in line for tag in RARE):
            continue
        kind, flag, off, on, when = parts[:5]
        added, _, more = on.partition("/")
        at = f"(?:{when})$" if kind == "SFX" else f"^(?:{when})"
        if "'" in added or "’" in added:  # elisions: our words are parted there
            continue
        off, added = "" if off == "0" else off, "" if added == "0" else added
        found[kind][flag].append((off, added, more, re.compile(at)))
    return found


def main(dictionary: Path, target: Path) -> None:
    tables = rules(dictionary.with_suffix(".aff"))
    width = 2 if "FLAG long" in dictionary.with_suffix(".aff").read_text("utf-8") else 1

    def flags(text: str) -> list[str]:
        return [text[i : i + width] for i in range(0, len(text), width)]

    def forms(word: str, given: str, depth: int = 0) -> set[str]:
        made = {word}
        for flag in flags(given):
            for off, on, more, when in tables["SFX"].get(flag, ()):
                if when.search(word) and word.endswith(off):
                    made |= forms(word[: len(word) - len(off)] + on, more if depth < 2 else "", depth + 1)
            for off, on, _, when in () if width == 2 else tables["PFX"].get(flag, ()):
                if depth == 0 and when.search(word) and word.startswith(off):
                    made |= {on + form[len(off) :] for form in tuple(made) if len(made) < 200}
        return made

    words: set[str] = set()
    for line in dictionary.read_text("utf-8").splitlines()[1:]:
        entry = line.split()[0] if line.split() else ""
        word, _, given = entry.partition("/")
        for form in forms(word, given):
            words |= {
                part for part in fold(form).split() if len(part) >= 4 and part.isalpha() and part.isascii()
            }
    target.parent.mkdir(exist_ok=True)
    with gzip.GzipFile(target, "wb", 9, mtime=0) as file:
        file.write("".join(f"{word}\n" for word in sorted(words)).encode())
    print(target, len(words), "words", target.stat().st_size, "bytes")


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))
