# fmt: off
"""The survey that is closed and published: community clinics."""

from __future__ import annotations

from typing import Any, Final

from engage.demo.content.survey_charging import DISTRICTS, _choices
from engage.demo.content.words import j, t

TITLE: Final = t("基层就医满意度问卷", "How are the community clinics?")
INTRODUCTION: Final = t(
    "您在社区卫生服务中心、乡镇卫生院看病方便吗？请用约两分钟告诉我们。问卷不记名，结果将公布。",
    "Is it easy to see a doctor near your home? Two minutes, anonymous; the result will be published.")
THANKS: Final = t("谢谢您的意见，祝您健康！", "Thank you, and stay well!")
RESULT_WORDS: Final = t(
    "感谢每一位参与的居民。大家反映最集中的是“药不全”和“周末没人”：全市 11 家社区卫生服务中心已开设周末上午门诊，常用慢性病药品由 62 种增加到 86 种。设备更新涉及资金安排，已列入明年预算申报。",
    "Thank you to everyone who took part. What was named most: too few medicines and nobody there at weekends. All 11 clinics now open on weekend mornings, and 86 common medicines are kept instead of 62.")

_STARS: Final = {"type": "rating", "required": True, "look": "stars", "low_label": j("很不满意", "Not at all"), "high_label": j("非常满意", "Very")}

DEFINITION: Final[dict[str, Any]] = {"pages": [
    {"id": "you", "title": j("基本情况", "About you"), "questions": [
        {"id": "age", "type": "single", "text": j("您的年龄？", "Your age?"), "required": True, "choices": _choices(
            ("young", "30 岁以下", "Under 30"), ("middle", "30—44 岁", "30 to 44"), ("older", "45—59 岁", "45 to 59"), ("old", "60 岁及以上", "60 and over"))},
        {"id": "district", "type": "single", "text": j("您住在哪里？", "Where do you live?"), "required": True, "choices": DISTRICTS},
        {"id": "visits", "type": "number", "text": j("过去一年在社区医院或卫生院看过几次病？", "How often were you at a clinic last year?"), "required": True, "least": 0, "greatest": 60, "unit": j("次", "times")},
    ]},
    {"id": "care", "title": j("就医感受", "How it was"), "show_if": {"op": "greater", "question": "visits", "value": 0}, "questions": [
        {"id": "staff", "text": j("医护人员的态度", "Doctors and nurses"), **_STARS},
        {"id": "waiting", "text": j("排队等候的时间", "Waiting time"), **_STARS},
        {"id": "medicine", "text": j("药品是否齐全", "Choice of medicines"), **_STARS},
    ]},
    {"id": "wish", "title": j("您的期待", "What you wish"), "questions": [
        {"id": "go", "type": "single", "text": j("小病您首先去哪里？", "Where do you go first?"), "required": True, "choices": _choices(
            ("clinic", "社区医院或卫生院", "Community clinic"), ("city", "市级医院", "City hospital"), ("shop", "药店自己买药", "Pharmacy"), ("wait", "先忍一忍", "Wait and see"))},
        {"id": "why", "type": "multiple", "text": j("如果不去，主要因为什么？", "If not the clinic, why?"), "required": False, "at_most": 3, "choices": _choices(
            ("drugs", "药不全", "Too few medicines"), ("hours", "晚上周末没人", "Closed at night and weekends"), ("tools", "检查设备少", "Little equipment"),
            ("trust", "担心水平", "Doubts about skill"), ("money", "报销不清楚", "Unclear refunds"), ("way", "交通不便", "Hard to reach"))},
        {"id": "wish1", "type": "multiple", "text": j("最希望增加什么？", "What should be added?"), "required": True, "at_most": 2, "choices": _choices(
            ("weekend", "周末门诊", "Weekend hours"), ("long", "慢性病长处方", "Long prescriptions"), ("expert", "市级专家坐诊", "Visiting specialists"),
            ("home", "上门服务", "Home visits"), ("child", "儿科", "A children's doctor"), ("dental", "口腔科", "A dentist"))},
        {"id": "idea", "type": "text", "text": j("还有什么想说的？", "Anything else?"), "required": False, "long": True, "max_length": 500},
    ]},
]}

OPENINGS: Final = (
    "家门口的医生很耐心，", "我妈高血压，每个月都要去开药，", "孩子半夜发烧，", "上班族只有周末有空，", "去了三次有两次说没有这个药，", "抽血要等到第二天，",
    "我们镇卫生院新修了楼，", "住得偏，", "老年人不会手机挂号，", "换药打针很方便，", "我爸腿脚不好，", "上次去看牙，",
)
WISHES: Final = (
    "希望周末也开门。", "能一次开两个月的药就好了。", "建议多备几种常用药。", "希望有儿科医生。", "要是有市里的专家来就更好了。", "希望保留人工窗口。",
    "请把报销比例写清楚。", "建议晚上留一个值班医生。", "希望能上门量血压。", "希望检查设备更新一下。",
)
ALONE: Final = (
    "比以前好多了，继续努力。", "不用去大医院排队，挺好。", "没有什么意见。", "希望年轻医生多留在基层。", "家庭医生签了约但从来没打过电话。",
    "护士打针不疼，点个赞。", "建议公布每天哪位医生坐诊。", "希望医保卡在村卫生室也能刷。", "停车位太少。", "希望问卷不是走过场。",
)
