"""Enforcement points: what stands in front of Jira and Confluence."""
