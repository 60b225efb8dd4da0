"""The little markup: what it reads, that no text breaks it, and that every channel shows it escaped."""

import re

from hypothesis import example, given
from hypothesis import strategies as st
from telegram_html import parse as strictly

from bot.telegram import render
from rallynov.delivery.message import Message
from rallynov.text.marks import Run, parse, plain, runs

SIGNS = "*_->•\n .,)( https://a.example/b_c?d=e&f <b></i>&amp; é😀\u0301"
TYPED = st.one_of(
    st.text(),
    st.text(alphabet=SIGNS),
    st.lists(
        st.sampled_from(
            ["*", "_", "**", "- ", "> ", "\n", "\n\n", "https://a.example/x_y", "mot", " ", "<i>", "&"]
        )
    ).map("".join),
)
NO_SIGN = re.compile(r"[*_\s>•-]")


def test_reads_each_mark() -> None:
    line = runs("Un *mot gras*, un _mot penché_, *les _deux_ ici* et https://exemple.fr/a_b_c.")
    assert line == (
        Run("Un "),
        Run("mot gras", bold=True),
        Run(", un "),
        Run("mot penché", italic=True),
        Run(", "),
        Run("les ", bold=True),
        Run("deux", bold=True, italic=True),
        Run(" ici", bold=True),
        Run(" et "),
        Run("https://exemple.fr/a_b_c", link="https://exemple.fr/a_b_c"),
        Run("."),
    )


def test_reads_lists_and_quotations_and_keeps_lines_together() -> None:
    shapes = [
        (one.shape, len(one.lines), one.apart)
        for one in parse("Voici :\n- un\n- deux\n\n> dit\n> encore\n\n\nfin")
    ]
    assert shapes == [("text", 1, False), ("list", 2, False), ("quote", 2, True), ("text", 1, True)]
    assert plain("Voici :\n- un\n- *deux*\n\nfin") == "Voici :\n• un\n• deux\n\nfin"


def test_what_is_no_mark_stays_as_it_was_typed() -> None:
    for typed in (
        "2 * 3 * 4",
        "nom_de_fichier_long",
        "* seul",
        "**",
        "a*b*c",
        "-5 degrés",
        "http://exemple.fr",
        "*a\nb*",
    ):
        assert plain(typed) == typed
        assert all(
            not run.bold and not run.italic for one in parse(typed) for line in one.lines for run in line
        )


def test_an_address_ends_before_the_signs_around_it() -> None:
    for typed, address in (
        ("(https://exemple.fr/a)", "https://exemple.fr/a"),
        ("https://exemple.fr/a_(b)", "https://exemple.fr/a_(b)"),
        ("« https://exemple.fr »", "https://exemple.fr"),
        ("*https://exemple.fr/a*", "https://exemple.fr/a"),
        ("https://", ""),
    ):
        assert [run.link for run in runs(typed) if run.link] == [address][: bool(address)]


@given(TYPED)
@example("*" * 3000)
@example("_*" * 1500)
@example("https://" * 400)
@example("*a" * 1500)
def test_no_text_breaks_it_and_no_word_is_lost(typed: str) -> None:
    said = "".join(run.text for one in parse(typed) for line in one.lines for run in line)
    assert NO_SIGN.sub("", said) == NO_SIGN.sub("", typed)
    assert all(
        run.text and run.link in {"", run.text} for one in parse(typed) for line in one.lines for run in line
    )


@given(TYPED)
@example("<b>*a*</b> &amp; </blockquote>")
def test_telegram_reads_what_we_write_and_shows_the_very_words(typed: str) -> None:
    message = Message((("title", ("x",)), ("rich", (typed,))))
    assert strictly(render.html(message)) == f"x\n\n{plain(typed)}" == render.plain(message)


def test_telegram_shows_the_looks() -> None:
    assert render.rich("*a _b_*\n- <c>\n\n> d\nhttps://e.example") == (
        "<b>a </b><b><i>b</i></b>\n• &lt;c&gt;\n\n<blockquote>d</blockquote>\nhttps://e.example"
    )
