"""The ways in which a row of the matrix shows in a match."""

from collections.abc import Callable
from typing import TypeVar

from msgspec import Struct

from touchline.simulator.course import Course
from touchline.simulator.script import Script
from touchline.simulator.telling import Manner

T = TypeVar("T")


def as_it_is(one: T) -> T:
    """`one`."""
    return one


class Variant(Struct, frozen=True, kw_only=True):
    """One of these ways: what happens, how loosely it is told, what is told."""

    plays: Callable[[Course], Course] = as_it_is
    """Part of the truth. It is given courses that are played to the end."""
    manner: Callable[[Manner], Manner] = as_it_is
    tells: Callable[[Script], Script] = as_it_is
    """Distorts the telling; the truth stays."""
