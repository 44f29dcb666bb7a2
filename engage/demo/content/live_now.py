# fmt: off
"""The live session in progress: questions in every state."""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.demo.content.words import t
from engage.live.models import QuestionState, Source
from engage.moderation.models import ReasonClass

TITLE: Final = t("在线访谈：电动车充电难，怎么解", "Live interview: where to charge electric bicycles?")
INTRODUCTION: Final = t(
    "市住建局局长和消防、物业管理方面的同志正在直播间，围绕小区电动自行车停放充电回答大家的提问。\n\n没来得及现场回答的，五个工作日内书面答复并公布。",
    "The head of the Housing Bureau answers your questions about parking and charging. What cannot be answered now is answered in writing within five working days.")
GUESTS: Final = ({"name": "陈立群", "post": "市住房和城乡建设局局长"}, {"name": "罗建平", "post": "市住房和城乡建设局物业管理科科长"})
NOTE: Final = "先请局长介绍文昌小区的做法，再进入提问。收费问题较多，可以合并回答。涉及个人的请转书面答复。"

_S = QuestionState


class Asked(NamedTuple):
    """A question; ``ago`` is minutes since it was asked, ``supports`` how many second it."""

    text: str
    state: QuestionState
    ago: int
    supports: int = 0
    name: str = ""
    answer: str = ""
    source: Source = Source.WEB
    reason: ReasonClass | None = None
    note: str = ""


QUESTIONS: Final = (
    Asked("我们小区是 1998 年建的，一块空地都没有，充电棚建在哪里？", _S.ANSWERED, 2890, 126, "老院子", "可由街道统筹周边公共空间，文昌路、滨江路已选出 7 处路边点位，本月底公示。"),
    Asked("充电服务费三毛封顶，什么时候能真正执行？", _S.ANSWERED, 2710, 98, "", "办法施行之日起执行，市场监管部门同步开展专项检查，拒不整改的公开曝光。"),
    Asked("建一个充电棚业主要出多少钱？", _S.ANSWERED, 1530, 74, "文昌路居民", "以文昌小区为例：40 个端口总投入 2.4 万元，财政补助 1.2 万元，运营单位出 1.2 万元，业主没有出钱。"),
    Asked("电梯里装识别系统的钱谁出？", _S.ANSWERED, 1410, 41, "", "可使用公共维修资金或公共收益，经业主共同决定；今年市里还为 60 部电梯免费试装。"),
    Asked("外卖骑手一天要换两三次电，换电柜能不能多一点、便宜一点？", _S.ON_AIR, 96, 63, "跑单的小杨"),
    Asked("没有物业、没有业委会的老小区谁来管？", _S.APPROVED, 84, 88, "柳塘大姐"),
    Asked("换运营公司以后，卡里的余额为什么退不出来？", _S.APPROVED, 71, 57),
    Asked("我家一楼带院子，停在自己院里可以吗？", _S.APPROVED, 66, 23, "一楼住户"),
    Asked("新建小区交房时车棚变绿化带，能追责吗？", _S.APPROVED, 52, 34),
    Asked("以旧换新有补贴吗？老车电池不敢用了。", _S.APPROVED, 44, 39, "退休老张"),
    Asked("充电棚离窗户只有三米，晚上吵，能不能挪？", _S.APPROVED, 31, 12, source=Source.HALL),
    Asked("学校门口能不能也设充电点？接孩子等半小时正好充一会儿。", _S.APPROVED, 23, 18, "二年级家长"),
    Asked("老人不会扫码，能刷卡吗？", _S.APPROVED, 17, 29, source=Source.TELEPHONE),
    Asked("自建房片区家家户户自己拉线，有没有安全检查？", _S.WRITTEN, 1320, 31, "", "自建房片区由街道、乡镇组织电气线路排查，本季度覆盖 1.2 万户，发现隐患免费指导整改。"),
    Asked("供电公司报装要多久？我们业委会等了两个月。", _S.WRITTEN, 79, 22, "业委会老李"),
    Asked("补助三百元一个端口，已经建好的能补发吗？", _S.WRITTEN, 48, 17),
    Asked("夜间能不能有优惠电价？", _S.PENDING, 9, 0, "夜班工人"),
    Asked("地下车库能停电动车吗？", _S.PENDING, 7),
    Asked("楼道里的僵尸车能不能统一清走？", _S.PENDING, 6, 0, "三楼"),
    Asked("城西这边一个换电柜都没有，什么时候安排？", _S.PENDING, 4),
    Asked("请直接打我电话 19900000000，我有证据。", _S.PENDING, 3),
    Asked("直播能回放吗？", _S.PENDING, 1, 0, "上班族"),
    Asked("我家楼上漏水，物业不管，怎么办？", _S.DECLINED, 61, reason=ReasonClass.OFF_TOPIC),
    Asked("充电服务费三毛封顶，什么时候执行？", _S.DECLINED, 39, reason=ReasonClass.REPEATED),
    Asked("听说某某小区的桩是领导亲戚开的！", _S.TAKEN_DOWN, 57, 3, reason=ReasonClass.OTHER, note="涉及对个人的指称，尚未核实；如有线索请向纪检监察机关反映。"),
    Asked("问错地方了，抱歉。", _S.WITHDRAWN, 35),
)
