from __future__ import annotations

import pytest

from bluerill.kernel.capability import CapabilityTable, Right
from bluerill.kernel.errors import CapabilityError


def test_rights_belong_to_the_connection_not_to_the_name() -> None:
    table, mine, forged = CapabilityTable(), object(), object()
    table.grant(mine, "store", Right.ASK)
    table.check(mine, "skills", "store", Right.ASK, "store.get")
    with pytest.raises(CapabilityError, match=r"service 'skills' may not ask 'store' \(store.get\): not in its"):
        table.check(forged, "skills", "store", Right.ASK, "store.get")
    with pytest.raises(CapabilityError):
        table.check(mine, "skills", "store", Right.TELL, "store.get")


def test_attenuation_only_weakens() -> None:
    table, parent, child = CapabilityTable(), object(), object()
    held = table.grant(parent, "store", Right.ASK, ["store.get", "store.scan"])
    table.attenuate(held, child, Right.ASK, ["store.get"])
    table.check(child, "c", "store", Right.ASK, "store.get")
    with pytest.raises(CapabilityError):
        table.check(child, "c", "store", Right.ASK, "store.scan")
    with pytest.raises(CapabilityError, match="no right"):
        table.attenuate(held, child, Right.ASK | Right.TELL)
    with pytest.raises(CapabilityError, match="does not cover"):
        table.attenuate(held, child, Right.ASK, ["store.put"])


def test_revoking_takes_back_what_was_derived() -> None:
    table, a, b, c = CapabilityTable(), object(), object(), object()
    first = table.grant(a, "x", Right.ASK)
    second = table.attenuate(first, b, Right.ASK)
    table.attenuate(second, c, Right.ASK)
    table.revoke(first)
    for holder in (a, b, c):
        with pytest.raises(CapabilityError):
            table.check(holder, "h", "x", Right.ASK, "w")
    with pytest.raises(CapabilityError, match="revoked"):
        table.attenuate(first, c, Right.ASK)


def test_a_gone_connection_holds_nothing() -> None:
    table, holder = CapabilityTable(), object()
    table.grant(holder, "x", Right.ASK)
    table.forget(holder)
    with pytest.raises(CapabilityError):
        table.check(holder, "h", "x", Right.ASK, "w")
