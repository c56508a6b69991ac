"""How the seats of a mode are spread over blocks, also when there come more or fewer of them."""

from __future__ import annotations

from collections.abc import Sequence
from hashlib import sha256

from ...ports import SeatBlock

BLOCK_SEATS = 64
"""With 64 short names of holders a block stays below 1 kB, so that a claim costs one write unit."""


def block_sizes(seats: int) -> list[int]:
    """The seats of a mode spread as evenly as possible over as few blocks as possible."""
    blocks = -(-seats // BLOCK_SEATS)
    return [seats // blocks + (number < seats % blocks) for number in range(blocks)]


def fitted(seats: int, blocks: Sequence[SeatBlock]) -> list[int]:
    """The sizes of the blocks, less the seats of those who sit beyond the size of their own block.

    They keep their seats when an event is made smaller; nobody may take as many elsewhere.
    """
    sizes = block_sizes(seats)
    taken = [len(block.holders) for block in blocks]
    count = max(len(sizes), len(taken))
    sizes += [0] * (count - len(sizes))
    taken += [0] * (count - len(taken))
    beyond = sum(max(0, held - size) for held, size in zip(taken, sizes, strict=True))
    for number in range(count):
        spare = min(beyond, max(0, sizes[number] - taken[number]))
        sizes[number] -= spare
        beyond -= spare
    return sizes


def probe_order(holder: str, blocks: int) -> list[int]:
    """The order in which a holder tries the blocks: spread by hash, each exactly once."""
    first = int.from_bytes(sha256(holder.encode()).digest()[:4]) % blocks
    return [(first + step) % blocks for step in range(blocks)]
