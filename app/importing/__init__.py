"""What comes into the archive from files: WARC and WACZ, and pages and documents that somebody saved."""
