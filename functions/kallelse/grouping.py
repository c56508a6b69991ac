"""Allocating participants to dialogue groups: a pure function, without chance and without a clock.

The objective, to be minimised in this order (lexicographically), over allocations in which whoever
is pinned is where the pin says::

    1. L = number of people in a group of another language than theirs
    2. R = sum over groups of max(0, least - size, size - most), then E = sum of size²
    3. P = sum over groups and organisations of n(n - 1) / 2, n being the group's people of it
    4. K = sum over groups and kinds of n², n being the group's people of the kind
    5. M = number of people who were in another group before

With the sizes given, K differs by a constant from the sum of squared deviations from an even spread.

Languages. Each language makes a pool with groups of its own. A language with fewer than ``least``
people and without a group listed for it joins the pool of the event's language, or, if that is itself
too small, the largest pool. Nobody else is in a group of another language, unless pinned there.

Made anew, each pool is sorted by kind and organisation and dealt to its groups in turn, as cards are.
A run of m neighbours is thereby spread over k groups as floor(m/k) or ceil(m/k) each, which is the
least possible value of E, P and K at once, as long as nobody is pinned and each organisation is of one
kind. Where pins or a former allocation bend that, moves and swaps follow that lower (E, P, K), until
none is found or the bound is reached; that is a local optimum.

Kept up (``improve=False``), M comes straight after L and R: whoever is in a group stays there, a
newcomer goes where P and K rise least among the groups that are not full, and others move only when a
group would otherwise have too few or too many. While each language keeps its groups and nobody is
pinned, one who leaves makes at most one other move, and one who comes makes nobody move. When the sizes
call for a group more or less, at most ``least - 1`` move; when a group changes its language, also those
who were in it.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from itertools import cycle

SWEEPS = 20
"""How often all people are looked through for a swap; it ends sooner when no swap helps."""

CANDIDATES = 12
"""How many groups are tried for a swap, those first that have the fewest of the organisation."""


@dataclass(frozen=True)
class Person:
    """One to be allocated. ``organisation`` and ``kind`` None: not told. ``pin``: the group to be in."""

    id: str
    language: str
    organisation: str | None = None
    kind: str | None = None
    pin: str | None = None


@dataclass(frozen=True)
class Plan:
    """What groups there may be. ``groups``: id and language of each; None makes as many as it takes."""

    least: int
    most: int
    language: str
    groups: tuple[tuple[str, str | None], ...] | None = None
    seed: int = 0


@dataclass(frozen=True)
class Figures:
    """How good an allocation is: R, E, P and K of the objective."""

    out_of_range: int
    squares: int
    pairs: int
    kinds: int


@dataclass(frozen=True)
class Result:
    """The ids of the people by group, the language of each group, and those who moved: before, after."""

    members: dict[str, list[str]]
    languages: dict[str, str]
    moves: dict[str, tuple[str, str]]


@dataclass
class _Group:
    """A group being filled."""

    id: str
    people: list[Person] = field(default_factory=list)
    organisations: Counter[str] = field(default_factory=Counter)
    kinds: Counter[str | None] = field(default_factory=Counter)

    def add(self, person: Person) -> None:
        self.people.append(person)
        self.kinds[person.kind] += 1
        if person.organisation:
            self.organisations[person.organisation] += 1

    def remove(self, person: Person) -> None:
        self.people.remove(person)
        self.kinds[person.kind] -= 1
        if person.organisation:
            self.organisations[person.organisation] -= 1

    def rise(self, person: Person) -> tuple[int, int]:
        """By how much P and K / 2 rise when the person comes (but for a constant)."""
        return self.organisations[person.organisation or ""], self.kinds[person.kind]


def allocate(
    people: Sequence[Person],
    plan: Plan,
    former: Mapping[str, str] | None = None,
    *,
    improve: bool = True,
) -> Result:
    """Everybody in exactly one group; the same for the same people in whatever order.

    ``former``: the group that each person was in. ``improve``: whether those who are in a group
    already may move for a better mix, or only when the sizes leave no choice.
    """
    before = dict(former or {})
    shuffled = sorted(people, key=lambda each: (_rank(plan.seed, each.id), each.id))
    pools = _pools(shuffled, plan)
    shares = _shares(pools, plan, before, keep=not improve)
    groups = {name: _Group(name) for names in shares.values() for name in names}
    pinned = {each.id for each in shuffled if each.pin in groups}
    for each in shuffled:
        if each.pin and each.id in pinned:
            groups[each.pin].add(each)
    for language, pool in pools.items():
        free = [each for each in pool if each.id not in pinned]
        _fill([groups[name] for name in shares[language]], free, plan, before, improve=improve)
    after = {each.id: group.id for group in groups.values() for each in group.people}
    return Result(
        {name: sorted(each.id for each in group.people) for name, group in groups.items()},
        {name: language for language, names in shares.items() for name in names},
        {who: (before[who], now) for who, now in sorted(after.items()) if before.get(who, now) != now},
    )


def figures(people: Sequence[Person], members: Mapping[str, Sequence[str]], plan: Plan) -> Figures:
    """How good an allocation is, whoever made it; groups without people do not count."""
    by_id = {each.id: each for each in people}
    groups = [[by_id[who] for who in ids if who in by_id] for ids in members.values()]
    sizes = [len(group) for group in groups if group]
    organisations = [Counter(each.organisation for each in group if each.organisation) for group in groups]
    kinds = [Counter(each.kind for each in group) for group in groups]
    return Figures(
        sum(max(0, plan.least - size, size - plan.most) for size in sizes),
        sum(size * size for size in sizes),
        sum(n * (n - 1) // 2 for counted in organisations for n in counted.values()),
        sum(n * n for counted in kinds for n in counted.values()),
    )


def _rank(seed: int, text: str) -> bytes:
    return sha256(f"{seed}/{text}".encode()).digest()


def _pools(people: Sequence[Person], plan: Plan) -> dict[str, list[Person]]:
    """The people by the language of their groups."""
    pools: dict[str, list[Person]] = {}
    for each in people:
        pools.setdefault(each.language, []).append(each)
    listed = plan.groups or ()
    own = {language for _, language in listed if language}
    room = sum(language is None for _, language in listed) if plan.groups else len(pools)
    while len(pools) > 1:
        loose = sorted((name for name in pools if name not in own), key=lambda name: (len(pools[name]), name))
        if not loose or (len(loose) <= room and len(pools[loose[0]]) >= plan.least):
            break
        small = loose[0]
        others = sorted((name for name in pools if name != small), key=lambda name: (-len(pools[name]), name))
        into = plan.language if plan.language in others else others[0]
        pools[into] += pools.pop(small)
    return dict(sorted(pools.items()))


def _shares(
    pools: Mapping[str, Sequence[Person]], plan: Plan, former: Mapping[str, str], *, keep: bool
) -> dict[str, list[str]]:
    """The groups of each pool: those listed for its language, those that it had, and fresh ones."""
    had = {name: _had(pool, former) for name, pool in pools.items()}
    present = {name: len(had[name]) if keep else 0 for name in pools}
    listed = plan.groups if plan.groups is not None else _numbered(pools, plan, had, present)
    order = {group: number for number, (group, _) in enumerate(listed)}
    own: dict[str, list[str]] = {name: [] for name in pools}
    loose: list[str] = []
    for group, language in listed:
        (own.get(language, []) if language else loose).append(group)
    numbers = _numbers(pools, plan, own, len(loose), present)
    kept: dict[str, list[str]] = {name: [] for name in pools}
    for name in pools:
        for group in sorted(loose, key=lambda each: (-had[name][each], order[each])):
            if had[name][group] and len(own[name]) + len(kept[name]) < numbers[name]:
                kept[name].append(group)
                loose.remove(group)
    for name, pool in pools.items():
        wanted = numbers[name] - len(own[name]) - len(kept[name])
        pins = {each.pin for each in pool}
        loose.sort(key=lambda each: each not in pins)
        fresh, loose = loose[: max(0, wanted)], loose[max(0, wanted) :]
        chosen = sorted(own[name], key=lambda each: (each not in pins, -had[name][each]))
        kept[name] = chosen[: numbers[name]] + kept[name] + fresh
    return _with_pinned(kept, pools, [group for group, _ in listed])


def _had(pool: Sequence[Person], former: Mapping[str, str]) -> Counter[str]:
    """How many of the pool were in which group, but for those who are pinned."""
    return Counter(former[each.id] for each in pool if each.id in former and not each.pin)


def _numbered(
    pools: Mapping[str, Sequence[Person]],
    plan: Plan,
    had: Mapping[str, Counter[str]],
    present: Mapping[str, int],
) -> tuple[tuple[str, str | None], ...]:
    """Groups called 1, 2, 3…, as many as the pools can use, and those that are there already."""
    enough = sum(_wanted(len(pool), plan, present[name]) for name, pool in pools.items())
    pins = {each.pin for pool in pools.values() for each in pool if each.pin}
    known = pins | {group for counted in had.values() for group in counted}
    names = known | {str(number + 1) for number in range(enough)}
    spare = {str(len(names) + number + 1) for number in range(enough)}
    return tuple((name, None) for name in sorted(names | spare, key=lambda name: (len(name), name)))


def _wanted(people: int, plan: Plan, present: int) -> int:
    """How many groups so many people make: as now if that fits, else of a size in the middle."""
    fewest, most = max(1, -(-people // plan.most)), max(1, people // plan.least)
    if most < fewest:
        return fewest
    aim = present or round(2 * people / (plan.least + plan.most))
    return min(max(aim, fewest), most)


def _numbers(
    pools: Mapping[str, Sequence[Person]],
    plan: Plan,
    own: Mapping[str, Sequence[str]],
    loose: int,
    present: Mapping[str, int],
) -> dict[str, int]:
    """How many groups each pool gets."""
    if plan.groups is None:
        return {name: _wanted(len(pool), plan, present[name]) for name, pool in pools.items()}
    caps = {name: _wanted(len(pool), plan, present[name] or len(pool)) for name, pool in pools.items()}
    numbers = {name: min(len(own[name]), caps[name]) for name in pools}
    for _ in range(loose):
        hungry = [name for name in pools if numbers[name] < caps[name]]
        if hungry:
            # As seats are given to parties: to the pool with the most people for each group.
            best = max(hungry, key=lambda name: (not numbers[name], len(pools[name]) / (numbers[name] or 1)))
            numbers[best] += 1
    return numbers


def _with_pinned(
    shares: dict[str, list[str]], pools: Mapping[str, Sequence[Person]], listed: Sequence[str]
) -> dict[str, list[str]]:
    """The groups, and those that somebody is pinned to and no pool has."""
    taken = {group for names in shares.values() for group in names}
    for language, pool in pools.items():
        for pin in sorted({each.pin for each in pool if each.pin in listed and each.pin}):
            if pin not in taken:
                shares[language].append(pin)
                taken.add(pin)
    if pools and not taken:
        shares[min(pools)] = list(listed[: max(map(len, pools.values()))])
    for language in [name for name in shares if not shares[name]]:
        # Nobody listed a group for this language: its people go to the largest share.
        shares[language] = max(shares.values(), key=len)
    return shares


def _fill(
    groups: list[_Group], free: list[Person], plan: Plan, former: Mapping[str, str], *, improve: bool
) -> None:
    by_id = {group.id: group for group in groups}
    stays = [each for each in free if former.get(each.id) in by_id]
    comes = [each for each in free if former.get(each.id) not in by_id]
    for each in stays:
        by_id[former[each.id]].add(each)
    fixed = {each.id for group in groups for each in group.people} - {each.id for each in free}
    _deal(groups, comes, plan, fresh=not stays)
    _repair(groups, fixed, 1 if improve else None, plan)
    if improve:
        _swap(groups, fixed)


def _deal(groups: list[_Group], comes: list[Person], plan: Plan, *, fresh: bool) -> None:
    """Place newcomers: in turn when nobody was there before, else where they fit best."""
    comes = sorted(comes, key=lambda each: (each.kind or "", _rank(plan.seed, each.organisation or each.id)))
    people = len(comes) + sum(len(group.people) for group in groups)
    even = -(-people // len(groups))
    turn = cycle(groups)
    for each in comes:
        if fresh:
            next(group for group in turn if len(group.people) < even).add(each)
        else:
            _best(groups, each, min(even, plan.most), plan).add(each)


def _best(groups: list[_Group], newcomer: Person, even: int, plan: Plan) -> _Group:
    """A group that is too small, else one below the average, else one with a free place, else any."""
    smallest = min(len(group.people) for group in groups)
    limit = next((each for each in (plan.least, even, plan.most) if smallest < each), smallest + 1)
    room = [group for group in groups if len(group.people) < limit]
    return min(room, key=lambda group: (group.rise(newcomer), len(group.people), group.id))


def _repair(groups: list[_Group], fixed: set[str], tolerance: int | None, plan: Plan) -> None:
    """Move people out of the largest group into the smallest until the sizes are right.

    ``tolerance``: by how much sizes may differ; None asks only that they be within the range.
    """
    for _ in range(sum(len(group.people) for group in groups)):
        small = min(groups, key=lambda group: (len(group.people), group.id))
        large = max(
            (group for group in groups if any(each.id not in fixed for each in group.people)),
            key=lambda group: (len(group.people), group.id),
            default=small,
        )
        gap = len(large.people) - len(small.people)
        wrong = len(small.people) < plan.least or len(large.people) > plan.most
        if gap < 2 or (tolerance is None and not wrong):
            return
        movable = [each for each in large.people if each.id not in fixed]
        best = min(movable, key=lambda each: (_gain(large, small, each), each.id))
        large.remove(best)
        small.add(best)


def _gain(source: _Group, target: _Group, person: Person) -> tuple[int, int]:
    """By how much P and K / 2 rise when the person goes from one group to the other."""
    (pairs, kinds), (pairs_left, kinds_left) = target.rise(person), source.rise(person)
    own = 1 if person.organisation else 0
    return pairs - (pairs_left - own), kinds - (kinds_left - 1)


def _swap(groups: list[_Group], fixed: set[str]) -> None:
    for _ in range(SWEEPS):
        crowded = _crowded(groups)
        if not sum([_swapped(each, group, groups, fixed) for each, group in crowded if each.id not in fixed]):
            return


def _crowded(groups: list[_Group]) -> list[tuple[Person, _Group]]:
    """Those of whose organisation or kind another group has at least two fewer."""
    organisations = {name for group in groups for name in group.organisations}
    kinds = {kind for group in groups for kind in group.kinds}
    few = {name: min(group.organisations[name] for group in groups) for name in organisations}
    rare = {kind: min(group.kinds[kind] for group in groups) for kind in kinds}
    return [
        (each, group)
        for group in groups
        for each in group.people
        if group.organisations[each.organisation or ""] > few.get(each.organisation or "", 0) + 1
        or group.kinds[each.kind] > rare[each.kind] + 1
    ]


def _swapped(person: Person, group: _Group, groups: list[_Group], fixed: set[str]) -> bool:
    """Let the person change places with another, if that helps; whether it did."""
    if person not in group.people:
        return False
    gains = [(_gain(group, other, person), number) for number, other in enumerate(groups)]
    better = sorted(each for each in gains if each[0] < (0, 0) and groups[each[1]] is not group)
    trades = [
        (_trade(group, person, groups[number], back), back.id, groups[number], back)
        for _, number in better[:CANDIDATES]
        for back in groups[number].people
        if back.id not in fixed
    ]
    cost, _, other, back = min(trades, key=lambda each: each[:2], default=((0, 0), "", group, person))
    if cost < (0, 0):
        _exchange(group, person, other, back)
    return cost < (0, 0)


def _trade(group: _Group, person: Person, other: _Group, back: Person) -> tuple[int, int]:
    """By how much P and K / 2 rise when two people change places."""
    there, here = _gain(group, other, person), _gain(other, group, back)
    # Each has left by the time that the other comes.
    same = 2 * (person.organisation == back.organisation and person.organisation is not None)
    return there[0] + here[0] - same, there[1] + here[1] - 2 * (person.kind == back.kind)


def _exchange(group: _Group, person: Person, other: _Group, back: Person) -> None:
    group.remove(person)
    other.remove(back)
    group.add(back)
    other.add(person)
