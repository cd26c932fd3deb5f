"""From a portal's answer to a reading: fetching politely, keeping, gating, reading."""
