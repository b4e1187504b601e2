"""Without its database, or without room for records, the server lets nothing pass."""

from __future__ import annotations

import time
from contextlib import ExitStack
from typing import TYPE_CHECKING

import pytest

from tests.clusters import OWNER
from tests.gateway.call_load import CallLoad
from tests.gateway.call_oracle import assert_chain, check
from tests.gateway.relayed_bed import a_relayed_bed
from tests.gateway.shapes import Shape
from tests.gateway.undecided import assert_nothing_passes
from tests.small_disks import a_small_disk, fill

if TYPE_CHECKING:
    from pathlib import Path

    from tests.clusters import PostgresCluster

LEASE_SECONDS = 0.25


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_without_the_database_nothing_passes_and_it_is_back_by_itself(
    postgres_cluster: PostgresCluster, tmp_path: Path
) -> None:
    postgres_cluster.execute(f"CREATE DATABASE calls OWNER {OWNER}")
    settings = {"AUTHSERVER_DATABASE_URL": postgres_cluster.url("calls")}
    with a_relayed_bed(tmp_path, Shape(), settings) as bed:
        token = bed.token("READ")
        with CallLoad(bed) as load:
            load.wait_for(200, 20)
            postgres_cluster.stop()
            load.wait_for(503, 20)
            time.sleep(2 * LEASE_SECONDS)  # until then what was known may still be answered
            for _ in range(5):
                assert_nothing_passes(bed, token)
            postgres_cluster.start()
            load.wait_for(200, 20)
        bed.server.wait_until_ready()
        check(bed, load, disturbed=True)
        assert_chain(bed)


@pytest.mark.slow
@pytest.mark.rule("F-38")
def test_without_room_for_records_nothing_passes_and_it_is_back_by_itself(
    tmp_path: Path,
) -> None:
    with ExitStack() as stack:
        disk = stack.enter_context(a_small_disk(tmp_path / "small"))
        settings = {"AUTHSERVER_AUDIT_JOURNAL_DIRECTORY": str(disk / "journal")}
        bed = stack.enter_context(a_relayed_bed(tmp_path / "bed", Shape(), settings))
        filler = disk / "filler"
        with CallLoad(bed) as load:
            load.wait_for(200, 20)
            fill(filler)
            # The mover makes room by carrying records away: refusals and verdicts take turns.
            load.wait_for(503, 5)
            filler.unlink()
            load.wait_for(200, 20)
        bed.server.wait_until_ready()
        check(bed, load, disturbed=True)
        assert_chain(bed)
