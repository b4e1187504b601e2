"""What came of counting calls, as it is scraped."""

from __future__ import annotations

from prometheus_client import CollectorRegistry

from authserver.machine.metrics import RateMetrics, exposition
from authserver.services.rate_counting import OUTCOMES


def test_every_outcome_is_scraped_from_the_beginning() -> None:
    registry = CollectorRegistry()
    metrics = RateMetrics(registry, OUTCOMES)
    metrics.told("rates-node-instead")
    lines = exposition(registry).decode().splitlines()
    counts = [line for line in lines if line.startswith("authserver_rate_counts_total{")]
    assert len(counts) == len(OUTCOMES)
    assert 'authserver_rate_counts_total{outcome="rates-node-instead"} 1.0' in counts
    assert 'authserver_rate_counts_total{outcome="unavailable"} 0.0' in counts
