"""A result made to be read: as text for terminals, as HTML for notebooks and feedback.

In the notebook the learner sees title and verdict of a hidden check, not its message; the official
feedback shows both.
"""

from __future__ import annotations

import re
from html import escape

from workbench.course import Exercise
from workbench.grading.result import CheckResult, ExerciseResult

MARKS = {"passed": "✓", "failed": "✗", "skipped": "–", "error": "!"}

_CODE = re.compile("`([^`]+)`")

_HIDDEN = "A hidden check: the exercise's text states what it asks for."

_STYLE = """<style>
.wb{font:14px/1.5 var(--jp-content-font-family,system-ui,sans-serif);max-width:62rem;
 color:var(--jp-content-font-color1,#1b1f24);border:1px solid var(--jp-border-color2,#d5dae0);
 border-radius:8px;overflow:hidden}
.wb-head{display:flex;gap:1rem;align-items:baseline;padding:.6rem 1rem;
 background:var(--jp-layout-color2,#f3f5f7)}
.wb-head b{font-size:1.1em;flex:1}
.wb-bar{height:4px;background:var(--jp-border-color2,#d5dae0)}
.wb-bar div{height:4px;background:#1a7f4b}
.wb-check{display:grid;grid-template-columns:1.4rem 1fr 4rem;gap:.2rem .5rem;padding:.35rem 1rem;
 border-top:1px solid var(--jp-border-color3,#e8ebee)}
.wb-points{text-align:right;opacity:.7;font-variant-numeric:tabular-nums}
.wb-mark{font-weight:700}
.wb-passed .wb-mark{color:#1a7f4b}.wb-failed .wb-mark{color:#c62f2f}
.wb-skipped{opacity:.65}.wb-error .wb-mark{color:#a15c00}
.wb details{grid-column:2/4}
.wb summary{cursor:pointer;opacity:.7;font-size:.9em}
.wb code{font:12.5px var(--jp-code-font-family,ui-monospace,monospace);padding:0 .2em;
 background:var(--jp-layout-color2,#f3f5f7);border-radius:3px}
.wb-why{display:grid;grid-template-columns:5.5rem 1fr;gap:.1rem .6rem;
 border-left:3px solid #c62f2f;padding:.2rem 0 .3rem .8rem;margin:.2rem 0}
.wb-why span{opacity:.7}
.wb .wb-why pre{margin:0;padding:0;background:none;white-space:pre-wrap;overflow-wrap:anywhere;
 font:12.5px/1.5 var(--jp-code-font-family,ui-monospace,monospace);color:inherit;border:0}
.wb-note{padding:.5rem 1rem;border-top:1px solid var(--jp-border-color3,#e8ebee)}
.wb-tag{font-size:.8em;opacity:.7;border:1px solid currentColor;border-radius:4px;padding:0 .3em}
</style>"""


def headline(exercise: Exercise, result: ExerciseResult) -> str:
    """One line: what was graded, and how it went."""
    if result.status == "withheld":
        return f"{exercise.title}: not graded, by an error of ours. No points are lost."
    return f"{exercise.title}: {result.score} of {result.max_score} points"


def as_text(
    exercise: Exercise, result: ExerciseResult, *, for_learner: bool, hint: str = ""
) -> str:
    """The report in plain text. for_learner: keep the messages of hidden checks back."""
    lines = [f"{exercise.id}  {headline(exercise, result)}"]
    if result.reason:
        lines.append(result.reason)
    seen: set[str] = set()
    for check in result.checks:
        hidden = " (hidden)" if check.hidden else ""
        mark = MARKS[check.status]
        lines.append(f"  {mark} {_points(check):>4}  {check.title}{hidden}")
        message = _message(check, for_learner, seen)
        lines += [f"           {line}" for line in message.splitlines()]
    if hint:
        lines.append(f"  Hint: {hint}")
    return "\n".join(lines)


def as_html(
    exercise: Exercise, result: ExerciseResult, *, for_learner: bool, hint: str = ""
) -> str:
    """The report in HTML, with everything that came from an answer escaped."""
    share = round(100 * result.score / max(result.max_score, 1))
    out = [
        f'{_STYLE}<div class="wb" data-exercise="{escape(exercise.id)}" '
        f'data-score="{result.score}" data-max="{result.max_score}">',
        f'<div class="wb-head"><b>{escape(headline(exercise, result))}</b>'
        f"<span>{result.seconds:.2f} s</span></div>",
        f'<div class="wb-bar"><div style="width:{share}%"></div></div>',
    ]
    if result.reason:
        out.append(f'<div class="wb-note">{escape(result.reason)}</div>')
    seen: set[str] = set()
    for check in result.checks:
        out.append(_check_html(check, for_learner, seen, unfold=not seen))
    if hint:
        out.append(f'<div class="wb-note"><b>Hint.</b> {escape(hint)}</div>')
    return "".join([*out, "</div>"])


def _check_html(check: CheckResult, for_learner: bool, seen: set[str], *, unfold: bool) -> str:
    """One check. Its message is folded away unless it is the first: one thing at a time."""
    tag = ' <span class="wb-tag">hidden</span>' if check.hidden else ""
    message = _message(check, for_learner, seen)
    parts = check.details if message == check.message else {}
    why = "".join(
        f"<span>{escape(label)}</span><pre>{escape(text)}</pre>" for label, text in parts.items()
    )
    if message and not parts:
        why = f"<span></span><pre>{escape(message)}</pre>"
    return (
        f'<div class="wb-check wb-{check.status}" data-check="{escape(check.id)}">'
        f'<span class="wb-mark">{MARKS[check.status]}</span>'
        f"<span>{_CODE.sub(_as_code, escape(check.title))}{tag}</span>"
        f'<span class="wb-points">{_points(check)}</span>'
        + (_folded(why, unfold) if why else "")
        + "</div>"
    )


def _folded(why: str, unfold: bool) -> str:
    state = " open" if unfold else ""
    return f'<details{state}><summary>why</summary><div class="wb-why">{why}</div></details>'


def _as_code(match: re.Match[str]) -> str:
    return f"<code>{match[1]}</code>"


def _message(check: CheckResult, for_learner: bool, seen: set[str]) -> str:
    """The message to show: kept back for hidden checks, and not repeated word for word."""
    if check.status == "passed" or not check.message:
        return ""
    if check.hidden and for_learner and check.status == "failed":
        return _HIDDEN
    if check.message in seen:
        return "The same as above."
    seen.add(check.message)
    return check.message


def _points(check: CheckResult) -> str:
    got = check.points if check.status == "passed" else 0
    return f"{got}/{check.points}"
