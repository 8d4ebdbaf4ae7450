"""Exercises, checks and grading. Only the command line and the lessons use it."""

from ..doors import door

__getattr__, __dir__, __all__ = door(__name__, {
    "checks": ["check", "yours"],
    "reading": ["is_empty", "make_findable"],
    "kept": ["progress"],
    "grading.grade": ["grade"],
    "grading.places": ["FIRST", "folders", "handout", "lessons"],
    "exercises": ["EXERCISES", "LESSONS"],
    "predictions": ["by_lesson", "Prediction", "prediction"],
    "predictions.asking": ["predict"],
})  # fmt: skip
