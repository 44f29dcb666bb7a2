# fmt: off
"""The survey that is open: parking and charging electric bicycles."""

from __future__ import annotations

from typing import Any, Final

from engage.demo.content.words import j, t

TITLE: Final = t("小区电动自行车停放充电问卷", "Parking and charging electric bicycles")
INTRODUCTION: Final = t(
    "为了把《电动自行车停放充电管理办法》写得更切合实际，请用约两分钟告诉我们您家的情况。问卷不记名，不收集您的姓名、电话和住址，结果只用于统计并向社会公布。",
    "Please take about two minutes. The survey is anonymous; the result will be published.")
THANKS: Final = t("谢谢您！调查结束后，结果将在本网站“结果公开”栏目公布。", "Thank you! The result will be published on this site.")


def _choices(*options: tuple[str, str, str]) -> list[dict[str, Any]]:
    return [{"id": id, "text": j(zh, en)} for id, zh, en in options]


DISTRICTS: Final = _choices(
    ("east", "城东街道", "Chengdong"), ("west", "城西街道", "Chengxi"), ("river", "滨江街道", "Binjiang"),
    ("baishi", "白石镇", "Baishi"), ("liutang", "柳塘镇", "Liutang"))
_OWNS: Final = {"op": "any_of", "question": "owns", "value": ["one", "more"]}

DEFINITION: Final[dict[str, Any]] = {"pages": [
    {"id": "home", "title": j("您的住处", "Your home"), "questions": [
        {"id": "district", "type": "single", "text": j("您住在哪里？", "Where do you live?"), "required": True, "choices": DISTRICTS},
        {"id": "house", "type": "single", "text": j("您住的是哪一类房子？", "What kind of housing?"), "required": True, "choices": _choices(
            ("old", "2000 年以前建的小区", "Estate built before 2000"), ("new", "2000 年以后的商品房小区", "Newer private estate"),
            ("work", "单位宿舍", "Company housing"), ("own", "自建房", "Own house"), ("public", "保障性住房", "Public housing"))},
        {"id": "owns", "type": "single", "text": j("您家有几辆电动自行车？", "How many electric bicycles do you have?"), "required": True, "choices": _choices(
            ("none", "没有", "None"), ("one", "1 辆", "One"), ("more", "2 辆或以上", "Two or more"))},
    ]},
    {"id": "use", "title": j("停放与充电", "Parking and charging"), "show_if": _OWNS, "questions": [
        {"id": "where", "type": "multiple", "text": j("平时在哪里充电？", "Where do you charge?"), "required": True, "at_most": 3, "choices": _choices(
            ("shed", "小区充电棚", "Charging shed of the estate"), ("street", "路边充电桩", "Charger at the roadside"), ("swap", "换电柜", "Battery exchange"),
            ("work", "单位", "At work"), ("indoors", "家中或楼道", "Indoors or in the corridor"), ("wire", "从家里拉线", "By a cable from home"))},
        {"id": "times", "type": "number", "text": j("一周大约充几次电？", "How often a week do you charge?"), "required": False, "least": 0, "greatest": 21, "unit": j("次", "times")},
        {"id": "price", "type": "rating", "text": j("对目前的充电收费满意吗？", "Are you content with the price?"), "required": True, "look": "stars", "low_label": j("很不满意", "Not at all"), "high_label": j("非常满意", "Very")},
        {"id": "trouble", "type": "multiple", "text": j("最烦心的是什么？", "What is most annoying?"), "required": False, "at_most": 2, "choices": _choices(
            ("full", "充电位不够", "Too few places"), ("far", "离家太远", "Too far away"), ("dear", "收费贵、不透明", "Dear, unclear prices"),
            ("broken", "设备坏了没人修", "Broken, not repaired"), ("rain", "没有雨棚", "No roof"), ("theft", "怕丢车丢电瓶", "Theft"))},
    ]},
    {"id": "view", "title": j("您的看法", "What you think"), "questions": [
        {"id": "safe", "type": "rating", "text": j("您觉得所在小区的电动车充电安全吗？", "How safe is charging where you live?"), "required": True, "look": "scale", "low": 1, "high": 10,
         "low_label": j("很不安全", "Not safe"), "high_label": j("很安全", "Very safe")},
        {"id": "first", "type": "single", "text": j("最应该先做哪一件事？", "What should be done first?"), "required": True, "choices": _choices(
            ("build", "多建充电设施", "Build more places"), ("price", "管住收费", "Control prices"), ("check", "查处违规充电", "Act against dangerous charging"),
            ("lift", "电梯装智能阻止系统", "Equip lifts"), ("teach", "加强安全宣传", "Teach safety"))},
        {"id": "idea", "type": "text", "text": j("还有什么建议？", "Anything else?"), "required": False, "long": True, "max_length": 500},
    ]},
]}

# Sentences people leave: an opening, a wish, or both.
OPENINGS: Final = (
    "我们小区一共才 20 个充电口，三百多户。", "充电棚在最里面，晚上黑漆漆的。", "上个月刚涨价，也没有通知。", "扫码桩十个有四个是坏的。",
    "楼下天天有人飞线，说了也不听。", "我家老人骑车买菜，走不了太远。", "充一次一块五，有时候根本没充满。", "车棚没有顶，下雨天车都泡水里。",
    "去年丢过一个电瓶，报警也没找回来。", "老小区地方小，停车都成问题。", "物业换了三家，充电桩也换了三家。", "孩子上学全靠电动车接送。",
    "我送外卖，一天要充两次。", "电梯里总有人推车上楼。", "楼道里停满了，消防通道都堵了。", "我们是自建房，没有物业管。",
)
WISHES: Final = (
    "希望多装一些充电桩。", "希望把价格贴在明显的地方。", "建议装摄像头。", "希望晚上把灯装亮一点。", "能不能装雨棚？", "请把坏的桩修一修。",
    "建议统一收费标准。", "希望街道牵头找块地。", "建议多放换电柜，比充电快。", "希望物业负起责任来。", "请先建后禁，不要一刀切。",
    "希望政府补贴一部分。", "建议扫码不要下载 App，微信就能用。", "余额要能退。",
)
ALONE: Final = (
    "支持管起来，安全第一。", "挺好的，没意见。", "希望早点落实。", "问卷之后希望看到结果。", "建议参考隔壁市的做法，换电柜进小区。",
    "老人不会扫码，能不能刷卡或者投币？", "希望充满自动断电的设备是真的能断电。", "先把消防通道清出来。", "现在这样其实还可以，比前两年好多了。",
    "希望开通夜间优惠电价。", "保安大叔很负责，表扬一下。", "我觉得宣传比罚款有用。", "新国标车和老车要区别对待。",
)
