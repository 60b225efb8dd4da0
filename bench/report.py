"""How long 100 reports take, and how much memory: `uv run python bench/report.py`.

Exit code 1 over ten seconds of the processor: a machine that is busy with something else takes longer by the clock.

Each report is another person's: full answers, notes beside some, compared with an earlier diagnosis.
"""

import random
import resource
import sys
import time
from datetime import UTC, datetime

from rallynov.diagnosis.model import Diagnosis, Earlier
from rallynov.diagnosis.report import Kept
from rallynov.diagnosis.reports import print_report
from rallynov.diagnosis.service import load_grid
from rallynov.sheets.content import load_sheets
from rallynov.wording import Wording

COUNT = 100
ALLOWED = 10.0
NOTE = "Nous avons demandé aux équipes ce qui leur manque, puis essayé pendant trois mois. "


def main() -> int:
    """Print the reports one after the other."""
    content = {language: shelf.terms() for language, shelf in load_sheets().items()}
    wording = Wording({"operator": "l'équipe", "contact": "l'équipe"}, content=content)
    grid = load_grid()
    questions = [question.id for question in grid.form().questions]
    seeded = random.Random(1)
    before = _peak()
    started, worked = time.perf_counter(), time.process_time()
    size = 0
    for nth in range(COUNT):
        now, then = ({q: str(seeded.randint(0, 4)) for q in questions} for _ in range(2))
        notes = {q: f"{nth}. {NOTE * seeded.randint(1, 10)}" for q in seeded.sample(questions, 8)}
        at = datetime(2026, 11, 22, 9, nth % 60, tzinfo=UTC)
        mine = Diagnosis(1, now, notes, earlier=Earlier(then, datetime(2026, 5, 12, tzinfo=UTC)))
        language = wording.languages[nth % len(wording.languages)]
        size += len(print_report(grid, Kept(mine, "Rally’nov, exemple", at), wording, language))
    took, work = time.perf_counter() - started, time.process_time() - worked
    print(
        f"{COUNT} reports in {took:.2f} s, {work:.2f} s of processor ({size / COUNT / 1024:.0f} kB each); "
        f"memory {before} MB before, {_peak()} MB at its peak"
    )
    return int(work > ALLOWED)


def _peak() -> int:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


if __name__ == "__main__":
    sys.exit(main())
