"""The account of a night: what was asked, found and failed, and how long it took; from the archive alone, so that it can be given again later."""
