"""What the FAQ's engine costs with 150 entries and 1,500 texts, in a fresh process: time, memory, latency.

    uv run python bench/faq_cost.py

Texts: those of the two sets and their questions, each entry cut in two; with the Quebec set alone, misspelt copies too.
"""

from __future__ import annotations

import json
import resource
import sys
import time
from pathlib import Path

HERE = Path(__file__).parent
sys.path[:0] = [str(HERE.parent), str(HERE), str(HERE / "faq_data")]

import evaluate
import pydantic  # noqa: F401  these are the product's already: not the FAQ's cost
import rapidfuzz.distance
import rapidfuzz.process  # noqa: F401
import regex  # noqa: F401

from rallynov.faq.retrieval.model import Text

SETS = (HERE / "faq_data" / "quebec_covid.json", HERE.parent.parent / "shared/data/faq/watson_covid.json")


def resident() -> float:
    """MB of memory of this process now."""
    pages = int(Path("/proc/self/statm").read_text("ascii").split()[1])
    return pages * resource.getpagesize() / 2**20


def corpus(entries: int = 150, texts: int = 1500) -> tuple[list[Text], list[str]]:
    sets = [json.loads(path.read_text("utf-8")) for path in SETS if path.exists()]
    ways: dict[str, list[str]] = {}
    for one in sets:
        for entry in one["faq"]:
            ways[one["meta"]["name"] + entry["id"]] = [entry["question"], *entry["paraphrases"]]
        for query in one["queries"]:
            if query["id"] is not None:
                ways[one["meta"]["name"] + query["id"]].append(query["text"])
    halves = -(-entries // len(ways))
    made = [
        Text(f"{entry}-{place % halves}", way)
        for entry, all_ in ways.items()
        for place, way in enumerate(all_)
    ]
    while len(made) < texts:
        made += [
            Text(entry, evaluate.noise(way, "typo") + f" {len(made)}")
            for entry, way in made[: texts - len(made)]
        ]
    return made[:texts], [query["text"] for one in sets for query in one["queries"]]


def latencies(index: object, questions: list[str], noise: str) -> str:
    """Wall clock, and processor time: the one that other people's work on the machine does not touch."""
    walls, works = [], []
    for question in questions:
        text = evaluate.noise(question, noise)
        wall, work = time.perf_counter(), time.thread_time()
        index.rank(text)
        works.append(1e3 * (time.thread_time() - work))
        walls.append(1e3 * (time.perf_counter() - wall))
    told = [
        f"p50 {sorted(t)[len(t) // 2]:.2f} p99 {sorted(t)[int(0.99 * len(t))]:.2f} ms" for t in (walls, works)
    ]
    return f"{noise:6} {told[0]} (processor {told[1]})"


def main() -> None:
    texts, questions = corpus()
    if sys.argv[1:] == ["read"]:  # a start that finds the index of the last one
        content = sys.stdin.buffer.read()
        before, start, work = resident(), time.perf_counter(), time.process_time()
        from rallynov.faq.retrieval.index import Index

        index = Index.read(content, texts)
        index.rank("quelle est la date limite ?")
        wall, work = time.perf_counter() - start, time.process_time() - work
        print(
            f"start with a kept index: {wall:.2f} s (processor {work:.2f} s), + {resident() - before:.0f} MB"
        )
        for noise in ("none", "typo", "sms", "long"):
            print("  ", latencies(index, questions, noise))
        print(f"   after {4 * len(questions)} questions: + {resident() - before:.0f} MB")
        return
    import subprocess

    before, start = resident(), time.perf_counter()
    from rallynov.faq.retrieval.index import Index

    imported = time.perf_counter()
    index = Index.build(texts)
    built = time.perf_counter()
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    Index.build(texts)
    rebuilt = time.perf_counter()
    content = index.stored()
    print(f"\n{len(index.entries)} entries, {len(texts)} texts, kept in {len(content) / 2**20:.1f} MB")
    print(f"import {imported - start:.2f} s, build {built - imported:.2f} s, rebuild {rebuilt - built:.2f} s")
    print(
        f"memory: + {resident() - before:.0f} MB after two builds, + {peak - before:.0f} MB at the peak of the first"
    )
    subprocess.run([sys.executable, __file__, "read"], input=content, check=True)


if __name__ == "__main__":
    main()
