"""Telling a story: every chapter planned, applied and judged, then all faults end and the laws are asked."""

from __future__ import annotations

from world import carry_out

from reconciler.model.plan import Plan
from trust.laws import broken_at_any_time, broken_by_apply, broken_in_the_end, foreign
from trust.stage import Stage, rows
from trust.story import Chapter, story_of

MOST_FURTHER_APPLIES = 3
"""Applies after which, once nothing breaks any more, everything is as it should be."""


def tell(seed: int) -> Stage:
    """The story of `seed`, told to its end; `wrong` holds what broke a law."""
    story = story_of(seed)
    stage = Stage.of(story)
    try:
        for place, chapter in enumerate(story.chapters, start=1):
            stage.told.append(f"-- chapter {place}: {chapter}")
            _tell_chapter(stage, chapter)
        _settle(stage)
        stage.wrong += broken_in_the_end(stage, story.chapters[-1].wanted)
    finally:
        stage.close()
    return stage


def _tell_chapter(stage: Stage, chapter: Chapter) -> None:
    if chapter.forgets:
        stage.forget()
    stage.want(chapter.wanted)
    for deed in chapter.before:
        stage.do(deed)
    for fault in chapter.faults:
        stage.world.act("fault", **fault)
    plan = stage.plan()
    for deed in chapter.between:
        stage.do(deed)
    if plan is not None:
        for moments in (chapter.death, 0) if chapter.is_doubled else (chapter.death,):
            _apply(stage, plan, moments)
    stage.world.act("clear-faults")
    stage.world.act("advance", hours=1)


def _apply(stage: Stage, plan: Plan, moments: int = 0) -> None:
    """One apply, after which nothing exists twice and nothing foreign was touched."""
    (before,) = rows(stage.world, "SELECT COALESCE(MAX(number), 0) AS number FROM calls")
    strangers, is_sure = foreign(stage), not stage.is_in_doubt
    summary = stage.apply(plan, moments)
    stage.wrong += broken_at_any_time(stage)
    stage.wrong += broken_by_apply(stage, plan, summary, before["number"], is_sure)
    if foreign(stage) != strangers:
        stage.wrong.append("something foreign was touched")


def _settle(stage: Stage) -> None:
    """Nothing breaks any more: after few applies, and what people do, nothing is left."""
    stage.told.append("-- nothing breaks any more")
    for applies in range(MOST_FURTHER_APPLIES + 1):
        plan = stage.plan()
        if plan is None:
            stage.wrong.append(f"no plan: {stage.told[-1]}")
            return
        if applies and not (plan.changes or plan.agreed or plan.gone):
            return
        _apply(stage, plan)
        carry_out(stage.world, [step for change in plan.changes for step in change.operator_steps])
        stage.told.append("people did their part")
    stage.wrong.append(f"it does not settle: {stage.told[-2:]}")
