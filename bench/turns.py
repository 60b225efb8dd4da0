"""Chat turns a second: the product and its peers, one after the other, in the same run.

    uv run python bench/turns.py [--chats 1,50,500] [--reps 3] [--only rallynov,grammy]

A turn goes from what a person does (/start, a press on the first button) to the bot's visible reply.
"""

import argparse
import contextlib
import json
import os
import platform
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import postgresql
from contenders import OURS, contenders, prepare, versions
from stand import HERE, Contender, Load, build_server, run

COLUMNS = (
    "turns/s",
    "p50 ms",
    "p99 ms",
    "CPU ms/turn",
    "RSS MB",
    "others' cores",
    "ours ÷ it",
    "a crash keeps",
)
MEASURED = ("turns_per_s", "p50_ms", "p99_ms", "cpu_ms", "rss_mb", "foreign_cores")


def options() -> argparse.Namespace:
    """Read the command line."""
    parser = argparse.ArgumentParser(description="chat turns a second, the product and its peers")
    parser.add_argument("--chats", default="1,50,500", help="people at once, one load each")
    parser.add_argument("--reps", type=int, default=3, help="repetitions, interleaved; medians are shown")
    parser.add_argument("--only", default="", help="parts of names, separated by commas")
    parser.add_argument("--seconds", type=int, default=10, help="length of one measure")
    parser.add_argument("--presses", type=int, default=25, help="presses in one walk, after /start")
    parser.add_argument(
        "--database", choices=("sqlite", "postgresql"), default="sqlite", help="of the product"
    )
    parser.add_argument("--sync", choices=("NORMAL", "FULL"), default="NORMAL", help="the peers' SQLite")
    return parser.parse_args()


def facts(names: set[str], args: argparse.Namespace) -> dict[str, Any]:
    """Give what a reader of the figures must know."""
    cpuinfo = Path("/proc/cpuinfo").read_text().splitlines()
    model = next((line.partition(":")[2].strip() for line in cpuinfo if line.startswith("model name")), "?")
    memory = int(Path("/proc/meminfo").read_text().split()[1]) // 1024**2
    return {
        "when": time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime()),
        "machine": f"{os.cpu_count()} x {model}, {memory} GB, {platform.system()} {platform.release()}",
        "load": os.getloadavg()[0],
        "versions": versions(names),
        "options": vars(args),
    }


def campaign(chosen: list[Contender], args: argparse.Namespace, file: Path) -> list[dict[str, Any]]:
    """Run everything, repetition by repetition; each row goes to the file at once."""
    rows: list[dict[str, Any]] = []
    with contextlib.ExitStack() as stack:
        server = stack.enter_context(postgresql.cluster()) if args.database == "postgresql" else ""
        for rep in range(args.reps):
            for chats in map(int, args.chats.split(",")):
                for one in chosen:
                    row = attempt(one, Load(chats, args.presses, args.seconds), server) | {"rep": rep}
                    rows.append(row)
                    with file.open("a") as out:
                        out.write(json.dumps(row, ensure_ascii=False) + "\n")
                    print(line(row), flush=True)
    return rows


def attempt(one: Contender, load: Load, server: str) -> dict[str, Any]:
    """Measure; a bot that fails makes a row that says so, and the others go on."""
    database = postgresql.new_database(server) if server and one.name == OURS else ""
    try:
        return run(one, load, database)
    except RuntimeError as error:
        return {"name": one.name, "chats": load.chats, "error": str(error)}


def line(row: dict[str, Any]) -> str:
    """Say one measure in one line, with what was wrong in it."""
    start = f"{row['rep']} {row['name']:16} {row['chats']:>4}"
    if "error" in row:
        return f"{start}  ERROR {row['error'][-600:]}"
    wrong = [
        f"{name}={row[name]}" for name in ("refused", "extra_messages", "dead_ends", "timeout") if row[name]
    ]
    if row["rep"] == 0 and row["name"] == OURS:
        wrong.append(f"one walk ends with: {row['trial_end'].get('text', '')[:70]!r}")
    told = " ".join(f"{name}={row[name]:.2f}" for name in MEASURED)
    return " ".join([start, told, *wrong])


def table(rows: list[dict[str, Any]], chosen: list[Contender]) -> list[dict[str, Any]]:
    """Print the medians and the ratios; give them."""
    durable = {one.name: one.durable for one in chosen}
    medians: list[dict[str, Any]] = []
    for chats in dict.fromkeys(row["chats"] for row in rows):
        good = [row for row in rows if row["chats"] == chats and "error" not in row]
        of_load = [
            {"name": name, "chats": chats}
            | {key: statistics.median(row[key] for row in good if row["name"] == name) for key in MEASURED}
            for name in dict.fromkeys(row["name"] for row in good)
        ]
        ours = next((one["turns_per_s"] for one in of_load if one["name"] == OURS), None)
        print(f"\n| {chats} chats | {' | '.join(COLUMNS)} |\n|---" + "|---:" * (len(COLUMNS) - 1) + "|---|")
        for one in of_load:
            one["ratio"] = ours / one["turns_per_s"] if ours else None
            ratio = f"{one['ratio']:.2f}" if ours else "–"
            print(
                f"| {one['name']} | {one['turns_per_s']:,.0f} | {one['p50_ms']:,.1f} | {one['p99_ms']:,.1f} |"
                f" {one['cpu_ms']:.2f} | {one['rss_mb']:.0f} | {one['foreign_cores']:.2f} | {ratio} |"
                f" {durable[one['name']]} |"
            )
        medians += of_load
    return medians


def main() -> None:
    """Run the bench from the command line."""
    args = options()
    parts = [part for part in args.only.split(",") if part]
    everyone = contenders(args.sync, args.database if args.database == "postgresql" else "")
    chosen = [one for one in everyone if not parts or any(part in one.name for part in parts)]
    if not chosen:
        sys.exit("nobody is called that: " + ", ".join(one.name for one in everyone))
    names = {one.name for one in chosen}
    build_server()
    prepare(names)
    told = facts(names, args)
    print(json.dumps(told, indent=1))
    (HERE / "results").mkdir(exist_ok=True)
    file = HERE / "results" / time.strftime("turns-%Y%m%d-%H%M%S.jsonl", time.gmtime())
    file.write_text(json.dumps({"facts": told}) + "\n")
    rows = campaign(chosen, args, file)
    medians = table(rows, chosen)
    with file.open("a") as out:
        out.write(json.dumps({"medians": medians}) + "\n")
    print(f"\n{file.relative_to(HERE.parent)}")


if __name__ == "__main__":
    main()
