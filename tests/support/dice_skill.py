"""Rolls dice, and remembers what fell."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, Literal

from bluerill.skills.contract import Card, Device, Duration, Number, Refusal, Reply, Say, action, wait

version = "2.1.0"
grants = ("store", "speaker", "screen")
rules = {"dice": "(a die|the dice|dice)"}
words = {"loaded": ["my special"]}
options = {"sides": "how many sides a die has"}


@action("flip [me] a coin", examples=["flip a coin"], reads=True)
def flip_coin() -> str:
    """Flip a coin."""
    return "Heads."


@action(
    "roll <dice> [with {sides} sides]",
    Say("roll a d twenty", {"sides": 20}),
    examples=["roll a die", "roll the dice with twelve sides"],
    purpose="roll the dice[ with {sides} sides]",
)
def roll_dice(device: Device, sides: Number = 6) -> Reply:
    """Roll a die.

    sides: how many it has
    """
    if sides < 2:
        raise Refusal("A die has two sides at least.")
    rolls = wait(device.get("rolls", 0)) + 1
    wait(device.put("rolls", rolls))
    return Reply(f"A {int(sides)}.", result={"value": int(sides), "rolls": rolls}, undo=rolls)


@action("remind me to roll in {delay}", examples=["remind me to roll in ten minutes"])
async def roll_later(delay: Duration, device: Device) -> Reply:
    """Say when to roll again."""
    await device.after("roll", delay, {"die": "red"})
    return Reply("I will.")


@action("use the {kind} die", examples=["use the fair die"])
async def choose_die(device: Device, kind: Literal["fair", "loaded"]) -> Reply:
    """Choose a die."""
    await device.put("kind", kind)
    return Reply(f"The {kind} one.", card=Card(title="Die", text=kind))


async def due(device: Device, key: str, payload: dict[str, Any]) -> None:
    await device.happened(f"Roll the {payload['die']} die.")


def undo(device: Device, what: Any) -> Reply:
    wait(device.put("rolls", what - 1))
    return Reply("Not rolled, then.")


async def start(device: Device) -> None:
    await device.put("started", True)


def helper() -> timedelta:
    """No action, since nothing marks it as one."""
    return timedelta()
