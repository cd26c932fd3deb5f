"""The check of a whole archive: every hash computed again, every entry held against its row, every bad thing named (docs/ledger.md)."""
