"""What several parts of one computation read together is read once: a memory that lives as long as a block.

The monitor asks fourteen measures one after the other; three of them read the same meetings, several the same
settings. Outside a block nothing is remembered, so nobody ever sees an old value."""

from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from typing import Any, TypeVar, cast

T = TypeVar("T")

_memory: ContextVar[dict[Hashable, Any] | None] = ContextVar("memory", default=None)


@contextmanager
def remembering() -> Iterator[None]:
    """Inside this block `shared` builds each thing once. Blocks inside it use the same memory."""
    if _memory.get() is not None:
        yield
        return
    token = _memory.set({})
    try:
        yield
    finally:
        _memory.reset(token)


@contextmanager
def only_knowing(known: dict[Hashable, Any]) -> Iterator[None]:
    """Inside this block nothing is remembered but that."""
    token = _memory.set(known)
    try:
        yield
    finally:
        _memory.reset(token)


def is_remembering() -> bool:
    """Whether a block is open: reading more at once than is asked for pays off only then."""
    return _memory.get() is not None


def shared(key: Hashable, build: Callable[[], T]) -> T:
    """What `build` makes, remembered under `key` as long as the block lasts."""
    memory = _memory.get()
    if memory is None:
        return build()
    if key not in memory:
        memory[key] = build()
    return cast("T", memory[key])
