"""What lets somebody else check the archive: the ledger, its heads, the time stamps on them, and the check itself (docs/ledger.md)."""
