"""The archive: what was received, what it said, and what changed. Imports nothing of ours."""
