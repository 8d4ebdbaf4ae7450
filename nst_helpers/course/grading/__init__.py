"""Grading: each notebook of a class is run in a confined process, and judged outside of it."""
