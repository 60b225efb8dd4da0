"""The product's own FAQ against questions of somebody who had not read it (issue 5, must-show 2).

    uv run python bench/faq_own.py [--language en] [--failures FILE]

Questions: tests/faq/questions/*.jsonl (README.md there). What a person meets is the product's own: `Library.hear`, and
`mistaken.taken` where a form is pending. `--failures` writes the list of what went wrong, as Markdown.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections import Counter, defaultdict
from datetime import date
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path[:0] = [str(ROOT)]

from rallynov.dialogue.asides import Taken
from rallynov.faq.content import load_entries
from rallynov.faq.finder import IndexFinder, texts_of
from rallynov.faq.hearing import strict_fields
from rallynov.faq.mistaken import taken
from rallynov.faq.model import Hit, Library
from rallynov.faq.retrieval.index import Index
from rallynov.faq.retrieval.model import Verdict
from rallynov.initiatives.communes import load_places
from rallynov.initiatives.reading import Value, read
from rallynov.initiatives.service import load_form

TODAY = date(2026, 11, 22)
IN = ("plain", "typo", "accents", "sms", "long")
COLUMNS = ("n", "top-1", "recall@3", "answered right", "answered wrong", "helped", "not known")


class Trial:
    """One language's FAQ, asked its questions."""

    def __init__(self, language: str) -> None:
        entries = load_entries()
        finder = IndexFinder(Index.build(texts_of(entries[language]), language=language), language)
        self.finder, self.language = finder, language
        self.library = Library((language,), entries, {language: finder})
        self.fields = {one.id: one for one in load_form().fields}
        self.strict = strict_fields(load_form())
        self.places = load_places()
        self.failures: dict[str, list[str]] = defaultdict(list)

    def hear(self, text: str) -> tuple[Hit, ...]:
        return self.library.hear(text, self.language, TODAY)

    def fail(self, what: str, row: dict, told: str) -> None:
        self.failures[what].append(f"- ({row['kind']}) {row['text']} → {told}")

    def found(self, row: dict) -> dict[str, bool]:
        """Ask a question that one entry answers."""
        right = {row["entry"], *row["also"]}
        ranked = [one.entry for one in self.finder.rank(row["text"]).found]
        hits = self.hear(row["text"])
        answers = [hit.entries[0] for hit in hits if hit.verdict is Verdict.ANSWER]
        offered = [slug for hit in hits if hit.verdict is not Verdict.UNKNOWN for slug in hit.entries]
        told = {
            "top-1": ranked[:1] != [] and ranked[0] in right,
            "recall@3": bool(right & set(ranked[:3])),
            "answered right": bool(right & set(answers)),
            "answered wrong": bool(answers) and not right & set(answers),
            "not known": not offered,
        }
        told["helped"] = told["answered right"] or (not answers and bool(right & set(offered)))
        if told["answered wrong"]:
            self.fail("answered wrong", row, f"{answers[0]}, not {row['entry']}")
        elif not told["helped"]:
            self.fail("not helped", row, f"{', '.join(offered[:3]) or 'not known'}, not {row['entry']}")
        return told

    def several(self, row: dict) -> tuple[int, int, int, int]:
        """Return entries wanted, answered, answered or offered; and answers that nobody asked for."""
        right, hits = set(row["also"]) or {row["entry"]}, self.hear(row["text"])
        answers = {hit.entries[0] for hit in hits if hit.verdict is Verdict.ANSWER}
        offered = {slug for hit in hits if hit.verdict is not Verdict.UNKNOWN for slug in hit.entries}
        if not right <= offered:
            self.fail(
                "several: a question lost",
                row,
                f"parted in {len(hits)}, without {', '.join(right - offered)}",
            )
        return len(right), len(right & answers), len(right & offered), len(answers - right)

    def stranger(self, row: dict) -> bool:
        """Return whether a question that no entry answers is answered."""
        answers = [hit.entries[0] for hit in self.hear(row["text"]) if hit.verdict is Verdict.ANSWER]
        if answers:
            self.fail(f"{row['kind']}: answered", row, answers[0])
        return bool(answers)

    def form(self, row: dict) -> Taken:
        """Return what the product takes a text for, typed where a field or a checkpoint is pending."""
        verdicts = {hit.verdict for hit in self.hear(row["text"])}
        best = next((one for one in (Verdict.ANSWER, Verdict.SUGGEST) if one in verdicts), Verdict.UNKNOWN)
        field = self.fields.get(row["field"])
        if field is None:
            return taken(row["text"], best, strict=False, accepted=False, note=True)
        accepted = isinstance(read(field, row["text"], TODAY, self.places), Value)
        seen = taken(row["text"], best, strict=self.strict[field.id], accepted=accepted)
        if (seen is Taken.QUESTION) is (row["entry"] is None) and seen is not Taken.DOUBT:
            self.fail("form: mistaken", row, f"[{row['field']}] taken for {seen.name.lower()}")
        return seen


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--language", default="fr")
    asked.add_argument("--failures", type=Path)
    chosen = asked.parse_args()
    trial = Trial(chosen.language)
    lines = (ROOT / "tests/faq/questions" / f"{chosen.language}.jsonl").read_text("utf-8").splitlines()
    rows: dict[str, list[dict]] = defaultdict(list)
    for row in map(json.loads, lines):
        rows[row["kind"]].append(row)
    told = {kind: [trial.found(row) for row in rows[kind]] for kind in IN}
    told["all"] = [one for kind in IN for one in told[kind]]
    print(f"| {chosen.language} |", " | ".join(COLUMNS), "|\n|---|" + "---|" * len(COLUMNS))
    for kind, ones in told.items():
        shares = [f"{100 * sum(one[name] for one in ones) / max(1, len(ones)):.1f}" for name in COLUMNS[1:]]
        print(f"| {kind} | {len(ones)} |", " | ".join(shares), "|")
    wanted, answered, offered, extra = map(sum, zip(*map(trial.several, rows["several"]), strict=True))
    print(
        f"\nseveral: {wanted} questions in {len(rows['several'])} messages; {answered} answered, {offered} answered or"
    )
    print(f"offered; {extra} answers to something else")
    for kind in ("near", "off"):
        print(f"{kind}: {sum(map(trial.stranger, rows[kind]))} of {len(rows[kind])} answered")
    forms = Counter((row["entry"] is None, trial.form(row)) for row in rows["form"])
    for own, name in ((True, "answers of the form"), (False, "questions in the form")):
        seen = {one.name.lower(): forms[own, one] for one in Taken}
        print(
            f"{name}: {sum(seen.values())}; taken for",
            ", ".join(f"{key} {value}" for key, value in seen.items()),
        )
    if chosen.failures:
        texts = [f"### {what} ({len(ones)})\n\n" + "\n".join(ones) for what, ones in trial.failures.items()]
        chosen.failures.write_text("\n\n".join(texts) + "\n", "utf-8")


if __name__ == "__main__":
    main()
