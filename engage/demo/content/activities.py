# fmt: off
"""What is announced this month and next: activities that carry the survey, the draft and the live session."""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.core.types import Localized
from engage.demo.content.words import t
from engage.themedays.models import Form


class Announced(NamedTuple):
    """An activity; what it carries gives its times, or ``place`` says where to come."""

    key: str
    form: Form
    title: Localized
    summary: str
    unit: str
    place: Localized = Localized()
    agenda: str = ""


THIS_MONTH: Final = (
    Announced("draft", Form.ONLINE, t("《电动自行车停放充电管理办法》公开征求意见", "Comment on the draft rules"),
              "十八条逐条可评，说说哪条赞成、哪条要改。", "housing"),
    Announced("survey", Form.QUESTIONNAIRE, t("小区电动自行车停放充电问卷调查", "Survey: parking and charging"),
              "两分钟说说您家的车停在哪里、怎么充电。小区公告栏和街道办同时提供纸质问卷。", "housing"),
    Announced("live", Form.ONLINE, t("在线访谈：电动车充电难，怎么解", "Live interview: where to charge?"),
              "市住建局局长在线回答您的提问，也可以提前留言。", "housing"),
    Announced("visit", Form.SITE_VISIT, t("走进文昌小区充电棚", "Visit to the Wenchang charging shed"),
              "现场看一看改造好的充电棚和换电柜，听居民怎么商量出来的。可带身份证直接到场，名额 40 人。", "riverside",
              t("滨江街道文昌小区南门", "South gate, Wenchang Estate"),
              "- 09:00 小区南门集合\n- 09:15 观摩充电棚、换电柜\n- 10:00 业委会介绍商量过程\n- 10:30 居民提问"),
)
NEXT_MONTH: Final = (
    Announced("needs", Form.QUESTIONNAIRE, t("“高效办成一件事”需求调查", "What should be done in one go?"),
              "您最希望哪件事只跑一次？", "approval"),
    Announced("windows", Form.SITE_VISIT, t("窗口服务体验日", "A day at the service windows"),
              "请您以办事人的身份走一遍流程，当场指出不方便的地方。", "approval",
              t("市政务服务中心一楼大厅", "Ground floor, Service Centre"),
              "- 09:00 签到\n- 09:20 分组体验三个事项\n- 10:40 座谈评议"),
)
# Besides the activity on site in `held`.
LAST_MONTH: Final = (
    Announced("clinic-survey", Form.QUESTIONNAIRE, t("基层就医满意度问卷调查", "Survey: community clinics"),
              "在社区医院看病方便吗？您最希望改进什么？", "health"),
    Announced("clinic-live", Form.ONLINE, t("在线访谈：家门口看病更方便", "Live interview: a doctor near your door"),
              "市卫健局局长、医保局负责人在线答问。", "health"),
)
TWO_MONTHS_AGO: Final = (
    Announced("bus-draft", Form.ONLINE, t("公交线网优化调整方案公开征求意见", "Comment on the bus plan"),
              "新开两条、调整八条，请您对照自己的出行说说看。", "transport"),
)
