"""Answers that resemble each other: a hint to a person, never a verdict.

By winnowing (Schleimer, Wilkerson, Aiken 2003, as MOSS does it), in the library copydetect: names,
strings and comments count for nothing, and what the starter holds is taken off.
"""

from __future__ import annotations

import io
import itertools
from collections.abc import Mapping

import numpy
from copydetect import CodeFingerprint, compare_files

from workbench.course import Exercise
from workbench.report.numbers import Alike

#: Filtered characters that must agree in a row (copydetect's default), at every place: with a
#: window of 1 all fingerprints are kept, so a result does not depend on Python's random hashes.
RUN, WINDOW = 25, 1
#: Characters: a longer answer is no answer, and comparing it would take long.
LONGEST = 100_000
#: Filtered characters in common below which a resemblance says nothing.
LEAST = 100


def alike(exercise: Exercise, answers: Mapping[str, str], least: float) -> list[Alike]:
    """The pairs of learners, and of learners with the reference, that share `least` or more.

    answers: learner -> text. The pair that is most alike comes first.
    """
    starter = CodeFingerprint(exercise.replaces, RUN, WINDOW, fp=io.StringIO(exercise.starter))
    known = numpy.unique(list(starter.hashes)) if starter.hashes else None
    texts = {"": exercise.part} | {
        learner: text for learner, text in answers.items() if len(text) <= LONGEST
    }
    prints = {
        learner: CodeFingerprint(
            exercise.replaces, RUN, WINDOW, boilerplate=known, fp=io.StringIO(text)
        )
        for learner, text in texts.items()
    }
    found = []
    for other, learner in itertools.combinations(prints, 2):
        common, shares, _ = compare_files(prints[other], prints[learner])
        share = min(1.0, max(map(float, shares)))
        if share >= least and common >= LEAST:
            found.append(Alike(exercise.id, learner, other, round(share, 3)))
    return sorted(found, key=lambda one: -one.share)
