"""When to crawl, and whom to tell."""
