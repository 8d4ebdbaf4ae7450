"""Helpers for the neural style transfer lessons: the functions that the lessons build, kept in one place."""
