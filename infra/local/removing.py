"""``make privilege``: takes each grant away in turn, and tells whether the demo fails for want of it.

Each run ends at the first refusal. Words after the command choose the grants that contain one of them, as
in ``python -m infra.local.removing Public`` or ``… dynamodb:Query``.
"""

from __future__ import annotations

import sys

from rich.table import Table

from .demo import live, local_cloud, prepare
from .life import Life, console
from .privilege import Grant, grants, is_excepted, refusals, take_away


def everything() -> list[Grant]:
    """What the functions may do and the demo has a use for."""
    with local_cloud() as cloud:
        return [each for each in grants(cloud) if not is_excepted(each)]


def failure_without(number: int) -> str:
    """What the demo fails of without this one of all grants; empty when it does not fail.

    Only a refusal of the action itself counts, as a run can end for other reasons too.
    """
    prepare()
    with local_cloud() as cloud:
        taken = [each for each in grants(cloud) if not is_excepted(each)][number]
        take_away(cloud, taken)
        try:
            live(Life(cloud))
        except Exception as error:
            found = [each for each in refusals() if taken.action in each]
            return f"{type(error).__name__}: {found[0]}" if found else ""
    return ""


def main(words: list[str]) -> int:
    """Take each away, print the table, and give 1 when one was not missed."""
    table = Table("Function", "Statement", "Action", "Resource", "The demo fails")
    unnoticed = 0
    for number, grant in enumerate(everything()):
        if words and not any(word in " ".join(grant) for word in words):
            continue
        failure = failure_without(number)
        console.print(f"{' '.join(grant)}: {failure or 'NOT MISSED'}", soft_wrap=True)
        unnoticed += not failure
        table.add_row(*grant[:3], grant.resource.split(":")[-1], "yes" if failure else "[red]NO[/red]")
    console.print(table)
    return int(unnoticed > 0)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
