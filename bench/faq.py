"""How well the FAQ's engine finds the right entry, and what it costs (issue 5, must-show 1).

    uv run --with scikit-learn python bench/faq.py            # figures, direct answers, cost: about two minutes
    uv run python bench/faq.py --only rallynov --no-cost      # without scikit-learn

`factory` is what other sets are run through (`factory_en` for English ones), from the project's folder:
`uv run python bench/faq_data/evaluate.py --factory bench.faq:factory --sets FILE… --noise none,accents,typo,sms,long`.
Sets: `faq_data/quebec_covid.json`, and `../shared/data/faq/watson_covid.json` when it is there (not ours to publish).
"""

from __future__ import annotations

import argparse
import json
import random
import subprocess
import sys
from collections.abc import Callable
from math import exp
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE), str(HERE / "faq_data")]

import evaluate

from rallynov.faq.retrieval.index import Index
from rallynov.faq.retrieval.model import Ranking, Text, Verdict, judge

SETS = (HERE / "faq_data" / "quebec_covid.json", HERE.parent.parent / "shared/data/faq/watson_covid.json")
NOISES = ("none", "accents", "typo", "sms", "long")


def index_of(faq: list[dict], language: str = "fr") -> Index:
    ways = [
        Text(entry["id"], way)
        for entry in faq
        for way in (entry["question"], *(entry.get("paraphrases") or ()))
    ]
    return Index.build(ways, language=language)


def factory(faq: list[dict], language: str = "fr") -> Callable[[str], list[tuple[str, float]]]:
    """Build our engine for `[{id, question, paraphrases}]`; the first score is the probability of being right."""
    index = index_of(faq, language)

    def answer(text: str) -> list[tuple[str, float]]:
        ranking = index.rank(text)
        return [
            (one.entry, ranking.probability * exp(4 * (one.score - ranking.found[0].score)))
            for one in ranking.found
        ]

    return answer


def factory_en(faq: list[dict]) -> Callable[[str], list[tuple[str, float]]]:
    """Build our engine for an English FAQ."""
    return factory(faq, "en")


def figures(name: str, make: Callable, sets: list[dict]) -> None:
    """Print top-1, recall at 3, AUROC against near and far strangers, for each set and noise, and their means."""
    for noise in NOISES:
        rows = [evaluate.run(make(one["faq"]), one, noise) for one in sets]
        told = [
            f"{r['top1']:5.1f} {r['r3']:5.1f} {r['au_near']:5.1f} {r['au_far']:5.1f} {r['p50']:5.2f} {r['p99']:6.2f}"
            for r in rows
        ]
        mean = [sum(r[k] for r in rows) / len(rows) for k in ("top1", "r3", "au_near", "au_far")]
        print(f"{name:10} {noise:8}", " | ".join(told), "|", " ".join(f"{m:5.1f}" for m in mean), flush=True)


def rotated(name: str, make: Callable, sets: list[dict], folds: int = 4) -> None:
    """Print the means over rotations: a quarter of the entries left out each time, their questions as near strangers."""
    told = []
    for one in sets:
        entries = [entry["id"] for entry in one["faq"]]
        random.Random(7).shuffle(entries)
        rows = []
        for fold in range(folds):
            out = set(entries[fold::folds])
            kinds = {query["text"]: "near_oos" if query["id"] in out else "in" for query in one["queries"]}
            asked = [
                query | {"kind": kinds[query["text"]], "id": None if query["id"] in out else query["id"]}
                for query in one["queries"]
                if query["id"] is not None
            ]
            answer = make([entry for entry in one["faq"] if entry["id"] not in out])
            rows.append(evaluate.run(answer, {"queries": asked}))
        told.append(
            " ".join(f"{sum(row[k] for row in rows) / folds:5.1f}" for k in ("top1", "r3", "au_near"))
        )
    print(f"{name:10} rotated ", " | ".join(told), flush=True)


def direct(sets: list[dict]) -> None:
    """Print what a person meets under `judge`: answered, three buttons, or "I do not know"."""
    print(
        "\nanswered right / wrong, helped (answered right, or among three buttons), strangers answered near / far"
    )
    for noise in NOISES:
        rows = [_met(one, noise) for one in sets]
        mean = [sum(column) / len(rows) for column in zip(*rows, strict=True)]
        for told, row in (*zip([one["meta"]["name"] for one in sets], rows, strict=True), ("mean", mean)):
            print(f"{noise:8} {told:14}", " ".join(f"{value:5.1f}" for value in row))


def _met(one: dict, noise: str) -> tuple[float, ...]:
    index = index_of(one["faq"])
    seen = [(query, index.rank(evaluate.noise(query["text"], noise))) for query in one["queries"]]

    def share(kind: str, holds: Callable[[str | None, Ranking], bool]) -> float:
        rows = [holds(query["id"], ranking) for query, ranking in seen if query["kind"] == kind]
        return 100 * sum(rows) / len(rows)

    def answered(_: str | None, ranking: Ranking) -> bool:
        return judge(ranking) is Verdict.ANSWER

    def right(entry: str | None, ranking: Ranking) -> bool:
        return answered(entry, ranking) and ranking.found[0].entry == entry

    def offered(entry: str | None, ranking: Ranking) -> bool:
        return judge(ranking) is Verdict.SUGGEST and entry in [found.entry for found in ranking.found[:3]]

    return (
        share("in", right),
        share("in", lambda e, r: answered(e, r) and not right(e, r)),
        share("in", lambda e, r: right(e, r) or offered(e, r)),
        share("near_oos", answered),
        share("far_oos", answered),
    )


def main() -> None:
    asked = argparse.ArgumentParser(description=__doc__)
    asked.add_argument("--only", default="")
    asked.add_argument("--no-cost", action="store_true")
    chosen = asked.parse_args()
    sets = [json.loads(path.read_text("utf-8")) for path in SETS if path.exists()]
    for path in SETS:
        if not path.exists():
            print(f"{path.name} is not here: figures without it")
    from faq_contenders import CONTENDERS

    print(
        "per set: top1 r3 AUROC near far, p50 p99 ms | means of the sets:",
        *(one["meta"]["name"] for one in sets),
    )
    for name, make in {"rallynov": factory, **CONTENDERS}.items():
        if not chosen.only or name in chosen.only.split(","):
            figures(name, make, sets)
    print("\nleave-entries-out rotations, per set: top1 r3 AUROC near")
    for name in ("rallynov", "LinearSVC"):
        if not chosen.only or name in chosen.only.split(","):
            rotated(name, {"rallynov": factory, **CONTENDERS}[name], sets)
    direct(sets)
    if not chosen.no_cost:
        subprocess.run([sys.executable, HERE / "faq_cost.py"], check=True)


if __name__ == "__main__":
    main()
