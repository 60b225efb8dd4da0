"""A place in a form is a question put to the answers: nothing is lost when the questions change."""

from hypothesis import given
from hypothesis import strategies as st

from rallynov.dialogue.form import Form, Question


def form(*ids: str) -> Form[Question]:
    return Form(tuple(Question(one, ("0", "1", "nsp"), "nsp") for one in ids))


ABC = form("a", "b", "c")


def test_the_first_question_without_an_accepted_answer_is_asked() -> None:
    assert asked(ABC, {}) == "a"
    assert asked(ABC, {"a": "1"}) == "b"
    assert asked(ABC, {"b": "1", "c": "nsp"}) == "a"
    assert asked(ABC, {"a": "0", "b": "1", "c": "nsp"}) is None


def asked(questions: Form[Question], answers: dict[str, str]) -> str | None:
    pending = questions.next_open(answers)
    return pending.id if pending else None


def test_an_answer_that_is_no_longer_accepted_is_asked_again() -> None:
    assert asked(ABC, {"a": "1", "b": "nc", "c": "1"}) == "b"
    assert ABC.answered({"a": "1", "b": "nc", "c": "1"}) == 2


def test_a_release_adds_and_takes_away_questions() -> None:
    answers = {"a": "1", "b": "1", "c": "1"}
    assert asked(form("a", "new", "b", "c"), answers) == "new"
    assert asked(form("a", "c"), answers) is None
    assert form("a", "c").answered(answers) == 2
    assert form("a", "c").find("b") is None


def test_numbers_and_neighbours() -> None:
    assert [ABC.number(one) for one in ("a", "b", "c", "z")] == [1, 2, 3, 0]
    before = [ABC.before(one) for one in ("a", "b", "c", None, "z")]
    assert [one.id if one else None for one in before] == [None, "a", "b", "c", None]
    assert Form(()).before(None) is None
    assert Form(()).next_open({}) is None


@given(st.dictionaries(st.sampled_from("abcz"), st.sampled_from(("0", "1", "nsp", "nc", ""))))
def test_answering_what_is_asked_ends(answers: dict[str, str]) -> None:
    steps = 0
    while (question := ABC.next_open(answers)) is not None:
        answers[question.id] = question.skipped
        steps += 1
    assert steps <= 3
    assert ABC.answered(answers) == 3
