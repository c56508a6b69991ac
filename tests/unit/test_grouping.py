"""The allocation to dialogue groups: against the optimum, against chance, and when people come and go."""

from __future__ import annotations

import random
from collections.abc import Iterator, Sequence
from dataclasses import astuple, replace
from statistics import mean
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from kallelse.grouping import Person, Plan, Result, allocate, figures

PLAN = Plan(least=5, most=8, language="sv")


def people(number: int, seed: int = 1, languages: Sequence[str] = ("sv", "sv", "fi")) -> list[Person]:
    """Some organisations send many, most send few, as they do."""
    chance = random.Random(seed)  # noqa: S311
    found = []
    for each in range(number):
        organisation = int(chance.paretovariate(0.8)) % 300
        kind = "agency" if organisation % 3 else "municipality"
        found.append(Person(f"p{each:05}", chance.choice(languages), f"o{organisation}", kind))
    return found


def places(result: Result) -> dict[str, str]:
    return {each: group for group, ids in result.members.items() for each in ids}


def everywhere(persons: Sequence[Person], groups: int) -> Iterator[dict[str, list[str]]]:
    """Every way to divide the people, those that differ only in the names of groups once."""

    def place(number: int, members: list[list[str]]) -> Iterator[list[list[str]]]:
        if number == len(persons):
            yield members
            return
        for group in range(min(len(members) + 1, groups)):
            there = members[group] if group < len(members) else []
            yield from place(
                number + 1, [*members[:group], [*there, persons[number].id], *members[group + 1 :]]
            )

    for members in place(0, []):
        yield {str(number): ids for number, ids in enumerate(members)}


@pytest.mark.parametrize("seed", range(12))
@pytest.mark.parametrize(("number", "groups"), [(6, 2), (7, 2), (8, 3), (9, 3)])
def test_nothing_is_better_for_few_people(number: int, groups: int, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    found = [(chance.choice("abc"), f"p{each}") for each in range(number)]
    persons = [Person(who, "sv", name, "agency" if name == "a" else "municipality") for name, who in found]
    plan = Plan(2, 4, "sv", tuple((f"g{each}", None) for each in range(groups)))
    best = min(astuple(figures(persons, each, plan)) for each in everywhere(persons, groups))
    assert astuple(figures(persons, allocate(persons, plan).members, plan)) == best


@pytest.mark.parametrize("number", [50, 500, 5000])
def test_chance_does_worse_even_at_its_best(number: int) -> None:
    persons = people(number, languages=("sv",))
    result = allocate(persons, PLAN)
    ours = figures(persons, result.members, PLAN)
    tried = []
    for seed in range(100):
        shuffled = [each.id for each in persons]
        random.Random(seed).shuffle(shuffled)  # noqa: S311
        dealt = {name: shuffled[n :: len(result.members)] for n, name in enumerate(result.members)}
        tried.append(figures(persons, dealt, PLAN))
    assert {each.squares for each in tried} == {ours.squares}
    assert ours.out_of_range == 0
    assert ours.pairs <= min(each.pairs for each in tried)
    assert ours.pairs < 0.8 * mean(each.pairs for each in tried)
    assert ours.kinds <= min(each.kinds for each in tried)
    assert ours.kinds < mean(each.kinds for each in tried)


def test_five_thousand_take_seconds_also_with_pins_and_a_former_allocation() -> None:
    persons = people(5000)
    began = process_time()
    former = places(allocate(persons, PLAN))
    pinned = [replace(each, pin="7") if each.id.endswith("111") else each for each in persons]
    kept = {who: group for who, group in former.items() if not who.endswith("3")}
    allocate(pinned, PLAN, kept)
    assert process_time() - began < 10


def test_it_depends_on_the_seed_and_not_on_the_order() -> None:
    persons = people(60)
    shuffled = random.Random(3).sample(persons, 60)  # noqa: S311
    assert allocate(persons, PLAN) == allocate(shuffled, PLAN)
    other = replace(PLAN, seed=1)
    assert allocate(persons, PLAN) != allocate(persons, other)
    ours, theirs = (figures(persons, allocate(persons, plan).members, plan) for plan in (PLAN, other))
    assert ours == theirs


@pytest.mark.parametrize("number", [13, 50, 500])
def test_one_who_leaves_or_comes_moves_hardly_anybody(number: int) -> None:
    persons = people(number)
    first = allocate(persons, PLAN)
    former, newcomer = places(first), Person("new", "sv", "o1", "agency")
    for each in persons[:40]:
        left = [other for other in persons if other != each]
        result = allocate(left, PLAN, former, improve=False)
        same_number = len(result.members) == len(first.members)
        assert len(result.moves) <= (1 if same_number else PLAN.most)
    came = allocate([*persons, newcomer], PLAN, former, improve=False)
    assert len(came.moves) <= (0 if len(came.members) == len(first.members) else PLAN.least - 1)


@pytest.mark.parametrize("seed", range(20))
def test_through_a_long_coming_and_going_few_move(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311
    groups = tuple((f"g{each}", None) for each in range(14)) if seed % 2 else None
    plan, persons = replace(PLAN, groups=groups), people(chance.randint(20, 90), seed)
    result = allocate(persons, plan)
    for step in range(60):
        before, comes = result, chance.random() < 0.5
        if comes:
            persons = [*persons, replace(chance.choice(persons), id=f"new{step}")]
        else:
            persons = [each for each in persons if each is not persons[step % len(persons)]]
        result = allocate(persons, plan, places(before), improve=False)
        if result.languages == before.languages:
            assert len(result.moves) <= (0 if comes else 1)
        elif len(result.languages.items() & before.languages.items()) == min(
            len(result.languages), len(before.languages)
        ):
            assert len(result.moves) < plan.least


def test_making_it_again_moves_nobody() -> None:
    persons = people(500)
    assert allocate(persons, PLAN, places(allocate(persons, PLAN))).moves == {}


def test_a_language_with_too_few_joins_that_of_the_event() -> None:
    persons = [Person(f"{language}{each}", language) for language in ("fi", "sv") for each in range(12)]
    persons += [Person(f"en{each}", "en") for each in range(3)]
    result = allocate(persons, PLAN)
    spoken = {group: {who[:2] for who in ids} for group, ids in result.members.items()}
    assert all(found <= {result.languages[group], "en"} for group, found in spoken.items())
    assert not any({"fi", "en"} <= found for found in spoken.values())


def test_a_language_that_a_group_is_listed_for_keeps_it() -> None:
    persons = [Person(f"sv{each}", "sv") for each in range(14)] + [
        Person(f"fi{each}", "fi") for each in range(3)
    ]
    plan = replace(PLAN, groups=(("a", None), ("b", None), ("suomi", "fi")))
    result = allocate(persons, plan)
    assert result.members["suomi"] == ["fi0", "fi1", "fi2"]
    assert [len(result.members[name]) for name in "ab"] == [7, 7]


a_person = st.builds(
    Person,
    id=st.uuids().map(str),
    language=st.sampled_from(["sv", "fi", "en"]),
    organisation=st.none() | st.sampled_from("abcdef"),
    kind=st.none() | st.sampled_from(["municipality", "agency"]),
    pin=st.none() | st.none() | st.sampled_from(["1", "2"]),
)
some_people = st.lists(a_person, max_size=60, unique_by=lambda each: each.id)
some_groups = st.none() | st.lists(
    st.tuples(st.sampled_from([str(each) for each in range(1, 9)]), st.sampled_from(["sv", "fi", None])),
    min_size=2,
    unique_by=lambda each: each[0],
).map(tuple)


@settings(deadline=None)
@given(some_people, some_groups, some_people, st.booleans())
def test_everybody_is_in_one_group_and_the_pinned_where_they_are_pinned(
    persons: list[Person],
    groups: tuple[tuple[str, str | None], ...] | None,
    others: list[Person],
    improve: bool,
) -> None:
    plan = replace(PLAN, groups=groups)
    former = places(allocate([*persons[: len(persons) // 2], *others], plan))
    result = allocate(persons, plan, former, improve=improve)
    assert sorted(who for ids in result.members.values() for who in ids) == sorted(
        each.id for each in persons
    )
    there = places(result)
    names = {name for name, _ in groups} if groups else {"1", "2"}
    assert all(there[each.id] == each.pin for each in persons if each.pin in names)
    assert result.members.keys() == result.languages.keys()


@settings(deadline=None)
@given(some_people, some_people, st.booleans())
def test_sizes_are_in_the_range_whenever_they_can_be(
    persons: list[Person], others: list[Person], improve: bool
) -> None:
    persons, others = (
        [replace(each, pin=None, language="sv") for each in some] for some in (persons, others)
    )
    former = places(allocate(others + persons[: len(persons) // 2], PLAN))
    sizes = [len(ids) for ids in allocate(persons, PLAN, former, improve=improve).members.values()]
    if -(-len(persons) // PLAN.most) <= len(persons) // PLAN.least:
        assert all(PLAN.least <= size <= PLAN.most for size in sizes)
        assert not improve or max(sizes, default=0) - min(sizes, default=0) <= 1
