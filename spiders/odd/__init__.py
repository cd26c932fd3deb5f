"""Spiders of portals that need logic of their own. A portal file names one as `spider: <module>:<Class>`."""
