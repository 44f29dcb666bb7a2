# fmt: off
"""Twelve themes of the year, by how many months they lie from the present one, modulo twelve.

So the present month always has theme 0 and the months just past have 11, 10, 9 and 8, whatever month it is.
"""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.core.types import Localized
from engage.demo.content.words import t
from engage.themedays.models import Form


class Theme(NamedTuple):
    """A theme with its hosts (keys of units), and its plan row's form and steps."""

    theme: Localized
    unit: str
    cohosts: tuple[str, ...]
    form: Form
    story: str
    steps: str


THEMES: Final = (
    Theme(t("安全充电 放心回家——小区电动自行车管理", "Charging safely at home: electric bicycles in estates"),
          "housing", ("urban", "riverside"), Form.ONLINE,
          "本月请您一起商量：电动自行车停在哪里、怎么充电、怎么收费。意见征集、问卷和在线访谈同时进行，意见逐条研究、逐条反馈。",
          "1. 公布管理办法征求意见稿\n2. 线上线下问卷调查\n3. 局长在线访谈\n4. 邀请居民代表现场观摩\n5. 公布意见采纳情况"),
    Theme(t("高效办成一件事", "One thing, done in one go"), "approval", ("housing", "insurance"), Form.QUESTIONNAIRE,
          "办一件事要跑几个窗口、交几遍材料？请您来挑毛病，我们照着改。",
          "1. 需求问卷\n2. 窗口体验\n3. 公布改进清单"),
    Theme(t("校园食品安全看得见", "Safe school meals you can see"), "market", ("education",), Form.SITE_VISIT,
          "走进学校食堂，看后厨、查台账、尝午餐，家长代表现场打分。",
          "1. 公开报名\n2. 现场观摩\n3. 家长代表评议\n4. 公布整改情况"),
    Theme(t("医保惠民在身边", "Health insurance close to you"), "insurance", ("health",), Form.BRIEFING,
          "门诊报销、异地就医、慢性病认定，最常问的问题一次讲清楚。",
          "1. 收集常见问题\n2. 政策宣讲\n3. 现场办理"),
    Theme(t("四好农村路 通到家门口", "Rural roads to every door"), "transport", (), Form.SITE_VISIT,
          "邀请人大代表、政协委员和村民代表走一走新修的路，看质量、提意见。",
          "1. 邀请代表\n2. 现场观摩\n3. 座谈交流"),
    Theme(t("垃圾分类 干净家园", "Sorting waste, keeping home clean"), "urban", ("riverside",), Form.SYMPOSIUM,
          "分类投放点设在哪里、几点开放，请居民代表当面商量。",
          "1. 走访小区\n2. 居民座谈\n3. 公布调整方案"),
    Theme(t("阳光招生 就近入学", "Fair admission to nearby schools"), "education", (), Form.BRIEFING,
          "学区划分、报名条件、随迁子女入学，政策发布会现场解答。",
          "1. 发布招生政策\n2. 现场答问\n3. 公开咨询电话"),
    Theme(t("放心消费 维权有门", "Consumer rights made easy"), "market", (), Form.ONLINE,
          "预付卡、网购、装修，消费纠纷怎么办，线上收集问题，逐一解答。",
          "1. 网上征集问题\n2. 专栏解答"),
    Theme(t("就业服务进园区", "Jobs: services in the industrial park"), "labour", (), Form.BRIEFING,
          "把政策讲到车间，把岗位送到门口，企业和求职者面对面。",
          "1. 企业用工摸底\n2. 政策宣讲\n3. 现场招聘"),
    Theme(t("课后服务 孩子满意家长放心", "After-school care"), "education", ("market",), Form.SITE_VISIT,
          "请家长走进课堂，看看放学后的两个小时孩子们在做什么。",
          "1. 家长报名\n2. 现场观摩\n3. 满意度评价"),
    Theme(t("公交优先 出行更方便", "Better buses"), "transport", ("urban",), Form.SYMPOSIUM,
          "线网方案公开征求意见，31 条意见逐条答复，方案按大家的意见作了四处重要修改。",
          "1. 公布方案征求意见\n2. 乘客座谈\n3. 公布采纳情况\n4. 实施后评价"),
    Theme(t("家门口看病更方便", "A doctor near your door"), "health", ("insurance",), Form.BRIEFING,
          "两千多名居民填写了问卷，局长在线回答了提问，社区医院周末门诊等措施已经落地。",
          "1. 问卷调查\n2. 政策宣讲\n3. 在线访谈\n4. 公布调查结果"),
)

# In the second half of a year's distance the four months just past would come again: these stand there.
LATER: Final = {
    8: Theme(t("工伤保险 守护劳动者", "Insurance against accidents at work"), "labour", (), Form.BRIEFING,
             "", "1. 政策宣讲\n2. 案例解读\n3. 现场咨询"),
    9: Theme(t("书香校园 全民阅读", "A city that reads"), "education", (), Form.ONLINE,
             "", "1. 网上征集\n2. 线上讲座\n3. 公布书单"),
    10: Theme(t("平安出行 冬季护路", "Safe winter roads"), "transport", ("urban",), Form.SYMPOSIUM,
              "", "1. 座谈交流\n2. 路况公开\n3. 公布应急预案"),
    11: Theme(t("健康体检进社区", "Health checks in the neighbourhood"), "health", ("riverside",), Form.SITE_VISIT,
              "", "1. 公布体检安排\n2. 现场观摩\n3. 结果解读"),
}
