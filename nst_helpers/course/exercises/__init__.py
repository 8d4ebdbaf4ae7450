"""The exercises of lessons 01 to 05 and 07: what is right, and which mistakes are known.

Each lesson's module holds its exercises as data for `checks.verdict`; `exercise.Exercise` says
what belongs to one. The messages speak to the learner.
"""

from . import capstone, lesson_01, lesson_02, lesson_03, lesson_04, lesson_05, lesson_07

EXERCISES = lesson_01.EXERCISES | lesson_02.EXERCISES | lesson_03.EXERCISES | lesson_04.EXERCISES
EXERCISES |= lesson_05.EXERCISES | capstone.EXERCISES | lesson_07.EXERCISES
