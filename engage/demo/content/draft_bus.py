"""The draft that has been settled: an invented plan for the bus lines of the city."""

from __future__ import annotations

from typing import Final

from engage.demo.content.words import t

TITLE: Final = t(
    "棠溪市城区公交线网优化调整方案（征求意见稿）", "Draft plan for better bus lines in the city"
)
BACKGROUND: Final = t(
    """我市城区现有公交线路 21 条，部分线路重复系数偏高，高铁站、工业园和新建住宅片区覆盖不足，学生和老年乘客反映候车时间长。

市交通运输局委托专业机构开展了客流调查，起草了城区公交线网优化调整方案（征求意见稿），拟调整线路 8 条、新开 2 条、停运 1 条，现公开征求意见。""",
    "The city has 21 bus lines; some overlap, others are missing. The Transport Bureau proposes to change eight lines, open two and close one, and asks for your comments.",
)
CONTACT: Final = t(
    "市交通运输局运输管理科，电话 0000-0000000（演示号码）",
    "Transport Management Section, Transport Bureau, tel. 0000-0000000 (demonstration)",
)
TEXT: Final = """一、新开高铁站直达快线
新开 K1 路（高铁站—政务服务中心—老汽车站），全程设站 9 个，首班 6:20，末班与最后一趟到站列车衔接，平均发车间隔 12 分钟。

二、新开工业园通勤线
新开 22 路（城东客运枢纽—高新工业园），早晚高峰每 10 分钟一班，平峰每 30 分钟一班。

三、停运 7 路
7 路与 3 路、11 路重复线路占比超过 80%，日均客流不足 260 人次，拟停运，原沿线站点由 3 路、11 路覆盖。

四、调整 5 路走向
5 路由人民路改走文昌路，增设市一中南门、文昌小区两站，取消人民路中段三站。

五、延长末班车时间
1 路、3 路、9 路末班车由 20:30 延长至 21:30；高考、中考期间学校周边线路视情增开专线。

六、优化乘车优惠
65 周岁以上老年人凭有效证件免费乘车；推出 1 小时内换乘免费；学生卡享受五折优惠。

七、改善候车环境
两年内为 120 个站点加装候车亭、座椅和实时到站屏，优先安排医院、学校和老年人口集中的站点。

八、实施时间
方案经审定后，于发布之日起 30 日内分两批实施，实施后三个月开展一次乘客评价。"""
RESULT_NOTE: Final = t(
    """本次征求意见共收到有效意见 {comments} 条，其中采纳 {adopted} 条、部分采纳 {partly} 条。主要修改如下：

1. **7 路不再整线停运**，改为保留早晚高峰 4 个班次的“7 路（高峰线）”，保障沿线学生和老年居民出行；
2. **5 路保留人民医院站**，其余走向调整不变；
3. **末班车延长范围**由 3 条线路扩大到 5 条，新增 2 路、11 路；
4. **候车亭改造**增加 18 个乡镇接驳站点。

未采纳的意见，已逐条说明理由。感谢每一位参与的市民。""",
    """{comments} comments were received; {adopted} were adopted and {partly} adopted in part. Line 7 keeps four peak-hour runs, line 5 keeps its stop at the People's Hospital, five lines run later instead of three, and 18 more stops get shelters. Where a comment was not adopted, the reason is given beside it.""",
)
