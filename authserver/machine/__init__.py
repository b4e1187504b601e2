"""The machine lane: functions from Request to Response, without a framework."""
