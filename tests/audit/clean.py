"""Clean stories: one department, one to three positions at a time, and nothing wrong in any of them."""

from __future__ import annotations

import random
from dataclasses import replace

from tests.audit.department import Department
from tests.audit.positions import Position
from tests.audit.shape import Shape, draw
from tests.audit.story import Story


def clean(seed: int, **narrowed: object) -> Story:
    """The story of this seed; `narrowed` are fields of the first position's shape that are not left to chance."""
    dice = random.Random(f"shape {seed}")  # noqa: S311
    first = replace(draw(dice), **narrowed)  # type: ignore[arg-type]
    others = [_small(draw(dice)) for _ in range(0 if narrowed else dice.choice((0, 0, 0, 1, 2)))]
    house = Department(seed)
    positions = [Position(house, shape, f"position-{number}") for number, shape in enumerate([first, *others], start=1)]
    going = [position.live() for position in positions]
    while going:
        one = house.dice.choice(going)
        try:
            next(one)
        except StopIteration:
            going.remove(one)
        house.go_on()
    house.settle()
    for position in positions if house.crashes else ():
        position.opened.exceptions.add("crash")
    return Story(seed=seed, said=house.said, people=house.people, positions=[position.opened for position in positions])


def _small(shape: Shape) -> Shape:
    return replace(shape, candidates=min(shape.candidates, 3), steps=min(shape.steps, 4))
