"""Demand: which needs wait for space."""

import datetime as dt

import pandas as pd
import pytest

from parks import demand, snapshot

DAY = dt.date(2026, 6, 30)


def ledger(*companies: tuple) -> snapshot.Snapshot:
    """Return companies (kind, pipeline, state of its lease, end of it), each with one lease and one need."""
    said = pd.DataFrame(list(companies), columns=["kind", "pipeline", "state", "valid_to"])
    said = said.assign(tenant_id=[f"T{i:03}" for i in said.index], valid_to=pd.to_datetime(said["valid_to"]))
    leases = said.assign(lease_id="L" + said["tenant_id"], unit_id="U", valid_from=pd.Timestamp("2025-01-01"))
    needs = said.assign(need_id="N" + said["tenant_id"], area_min_m2=100.0)
    return snapshot.of(DAY, {"tenants": said, "leases": leases, "needs": needs})


@pytest.mark.parametrize(
    ("company", "waits"),
    [
        (("applicant", None, "intended", None), True),
        (("applicant", None, "let", None), False),
        (("applicant", None, "fitting_out", "2026-07-01"), False),
        (("applicant", None, "reserved", "2026-06-30"), True),
        (("applicant", "lost", "intended", None), False),
        (("tenant", None, "let", None), True),
        (("tenant", None, "reserved", None), False),
        (("tenant", None, "reserved", "2026-06-30"), True),
        ((None, None, "let", None), True),
        (("applicant", None, None, None), True),
    ],
)
def test_a_need_waits_until_its_company_has_what_it_asks_for(company: tuple, waits: bool) -> None:  # noqa: FBT001
    assert demand.waiting(ledger(company)).tolist() == [waits]


def test_a_need_of_nobody_known_waits_and_no_needs_are_none() -> None:
    park = ledger(("applicant", None, "let", None))
    for tenant, waits in ((None, True), ("T9", True), ("T000", False)):
        needs = park.needs.assign(tenant_id=pd.Series([tenant], dtype="string"))
        assert demand.waiting(snapshot.of(DAY, {"tenants": park.tenants, "leases": park.leases, "needs": needs})) == [
            waits
        ]
    assert demand.waiting(snapshot.of(DAY, {})).tolist() == []
