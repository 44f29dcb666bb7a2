# fmt: off
"""Rows of the year plan besides those that became theme days: late, waiting, returned, being written."""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.themedays.models import Form, PlanRowState

INSTRUCTIONS: Final = "请各单位围绕群众最关心的事项报送，写明主题、形式、时间、步骤和联系人。形式包括现场观摩、座谈交流、政策宣传、问卷调查、线上互动五类，鼓励线上线下结合、多单位联合举办。"


class Extra(NamedTuple):
    """``late`` rows were filed under an extension of the deadline."""

    unit: str
    theme: str
    form: Form
    state: PlanRowState
    steps: str
    remarks: str = ""
    late: bool = False
    reason: str = ""


EXTRA: Final = (
    Extra("urban", "背街小巷改造居民议事", Form.SYMPOSIUM, PlanRowState.FILED, "1. 公布改造街巷名单\n2. 居民议事会\n3. 公布意见采纳情况", "与滨江街道商量后确定时间", late=True),
    Extra("labour", "灵活就业人员社保怎么交", Form.BRIEFING, PlanRowState.FILED, "1. 网上收集问题\n2. 政策宣讲\n3. 现场办理"),
    Extra("market", "老旧电梯更新政策宣传", Form.BRIEFING, PlanRowState.RETURNED, "待定", reason="请补充具体步骤、时间和联系人；与市住建局的老旧小区改造主题相近，建议联合举办。"),
    Extra("insurance", "门诊慢性病认定一次办结", Form.ONLINE, PlanRowState.DRAFT, "1. 网上征集问题\n2. 在线答疑"),
)
CHANGE_NOTE: Final = "因学校期末安排，由原定日期顺延一周，其他安排不变。"
