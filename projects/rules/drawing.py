"""Drawing at random so that it can be repeated: the same pool and seed give the same."""

from collections.abc import Iterable
from hashlib import sha256


def pick(pool: Iterable[int], wanted: int, seed: str) -> list[int]:
    """``wanted`` of the ids in ``pool``, in the order drawn.

    Each id is placed by the SHA-256 of the seed and itself: in whichever order the pool stands,
    and on whichever machine, the same are drawn. Fewer than ``wanted`` where the pool is smaller.
    """
    return sorted(set(pool), key=lambda pk: (_place(seed, pk), pk))[:wanted]


def _place(seed: str, pk: int) -> str:
    return sha256(f"{seed}:{pk}".encode()).hexdigest()
