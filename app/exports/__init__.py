"""Figures, findings, reports and series as files, with the dictionary that explains every column and key."""
