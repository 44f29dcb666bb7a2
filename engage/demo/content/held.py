# fmt: off
"""What was held on site in the months past: by theme, the activity and its report."""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.core.types import Localized
from engage.demo.content.words import t
from engage.themedays.models import Form


class Held(NamedTuple):
    """An activity on site. ``pictures`` name scenes with their words; ``reached`` is how many came."""

    form: Form
    title: Localized
    summary: str
    place: Localized
    agenda: str
    headline: Localized
    report: str
    reached: int
    pictures: tuple[tuple[str, Localized], ...] = ()


_HALL = t("市政务服务中心一楼大厅", "Ground floor, Service Centre")

HELD: Final[dict[int, Held]] = {
    1: Held(Form.SITE_VISIT, t("窗口服务体验日", "A day at the service windows"), "请您以办事人的身份走一遍流程，当场指出不方便的地方。", _HALL,
            "- 09:00 签到\n- 09:20 分组体验三个事项\n- 10:40 座谈评议", t("26 名体验员挑出 19 个问题", "26 visitors found 19 problems"),
            "26 名市民体验员分三组办理了新生儿落户、开办餐饮店、公积金提取三个事项，现场提出问题 19 个。\n\n其中“复印件重复收取”等 11 个问题当场整改，其余 8 个一个月内办结。", 26),
    2: Held(Form.SITE_VISIT, t("学校食堂开放日", "Open day at the school canteen"), "家长代表走进后厨，看得见的放心。", t("棠溪市第三小学", "Tangxi No. 3 Primary School"),
            "- 10:00 看后厨和留样\n- 11:30 与学生共进午餐\n- 12:20 评议打分", t("家长走进食堂后厨", "Parents in the school kitchen"),
            "32 名家长代表查看了进货台账、食品留样和消毒记录，并与学生共进午餐。\n\n评议平均得分 92.5 分，提出“菜品少油少盐”“汤要保温”等建议 14 条，学校已公布改进安排。", 32),
    3: Held(Form.BRIEFING, t("医保政策宣讲会", "Health insurance explained"), "医保专员现场讲解并办理慢性病认定。", t("城西街道文化活动中心", "Chengxi Culture Centre"),
            "- 09:00 政策宣讲\n- 10:00 现场答问\n- 10:40 现场办理", t("一上午办好 87 件", "87 matters settled in a morning"),
            "宣讲会讲清了门诊共济、异地就医备案等 12 个常见问题，现场办理备案和慢性病认定 87 件。", 165),
    4: Held(Form.SITE_VISIT, t("农村公路观摩", "A walk along the new road"), "人大代表、政协委员和村民代表查看新改建的白柳公路。", t("白石镇至柳塘镇公路", "Road from Baishi to Liutang"),
            "- 09:00 白石镇集合\n- 09:20 沿线查看\n- 11:00 柳塘镇座谈", t("请村民当质量监督员", "Villagers check the road"),
            "18 名代表沿线查看了路面、护栏和排水沟，指出 5 处涵洞淤堵，施工单位一周内完成疏通并拍照反馈。", 41),
    5: Held(Form.SYMPOSIUM, t("垃圾分类居民座谈会", "Residents talk about sorting waste"), "投放点位置和开放时间，请居民代表当面商量。", t("滨江街道办事处二楼会议室", "2/F, Binjiang Subdistrict Office"),
            "- 15:00 情况介绍\n- 15:20 居民发言\n- 16:30 现场答复", t("投放点早晚各延长一小时", "Collection points open longer"),
            "24 名居民代表发言 31 人次。会后 16 个投放点早晚各延长开放一小时，3 处异味明显的点位完成改造。", 24),
    6: Held(Form.BRIEFING, t("招生政策发布会", "Admission policy: press conference"), "发布义务教育招生入学政策并现场答问。", t("市教育局报告厅", "Lecture hall, Education Bureau"),
            "- 15:00 政策发布\n- 15:30 记者与家长提问", t("招生政策早知道", "Admission rules explained early"),
            "发布会公布了学区范围、报名时间和所需材料，现场回答提问 22 个，视频回放观看 1.3 万次。", 130),
    7: Held(Form.BRIEFING, t("消费维权进商圈", "Consumer rights at the mall"), "在商圈设点，讲解预付卡等常见纠纷怎么处理。", t("棠溪万象广场", "Tangxi Plaza"),
            "- 10:00 案例讲解\n- 10:40 现场受理投诉", t("现场调解 9 起消费纠纷", "Nine disputes settled on the spot"),
            "现场接受咨询 210 人次，调解预付卡、装修等纠纷 9 起，退还消费者款项 1.8 万元。", 210),
    8: Held(Form.BRIEFING, t("就业政策进园区宣讲会", "Employment policy in the industrial park"), "社保补贴、技能补贴和就业援助政策面对面讲解。", t("高新工业园人才服务站", "Talent Station, Hi-tech Park"),
            "- 14:30 政策宣讲\n- 15:20 企业答疑\n- 16:00 现场招聘", t("政策送到车间 岗位送到门口", "Policies brought to the workshop"),
            "宣讲会吸引园区 46 家企业、380 余名职工和求职者参加，现场解答社保补贴、技能提升补贴等问题 63 个。\n\n18 家企业提供岗位 420 个，当场达成意向 97 人。对企业集中反映的“补贴申请材料多”问题，市人社局已将材料由 7 份精简为 3 份。",
            380, (("fair", t("工作人员在园区讲台上介绍就业政策，台下坐满职工", "Staff explain job policies to workers in the park")),)),
    9: Held(Form.SITE_VISIT, t("走进课后服务课堂", "Visiting the after-school classes"), "邀请家长代表、人大代表走进课堂，看课程、看安全、看收费公示。", t("棠溪市第一小学", "Tangxi No. 1 Primary School"),
            "- 15:30 学校门口集合\n- 15:45 分组进班观摩\n- 17:00 座谈评议", t("放学后的两小时 家长来打分", "Parents rate the two hours after school"),
            "58 名家长代表和 6 名人大代表分组观摩了书法、足球、编程、作业辅导等 14 个班级。\n\n**大家怎么说** 满意度评价平均 4.6 分（满分 5 分）。集中的建议有三条：增加体育类课程、公开外聘教师资质、雨天放学增设等候区。\n\n**我们怎么改** 三条建议均已采纳，从下月起执行，名单和课表在学校公示栏公布。",
            64, (("school", t("教学楼前，家长代表排队走进校园", "Parents walk into the school")),)),
    10: Held(Form.SYMPOSIUM, t("公交线网优化乘客座谈会", "Passengers talk about the bus plan"), "学生、老人、园区职工代表与公交公司面对面。", t("市交通运输局五楼会议室", "5/F, Transport Bureau"),
             "- 09:00 介绍方案\n- 09:20 乘客代表发言\n- 10:40 逐条回应", t("“7 路别停” 方案为一趟车改了", "Line 7 stays: the plan was changed"),
             "座谈会邀请学生、老年人、园区职工和残疾人代表 22 人，发言 37 人次。\n\n“7 路停了，我妈去医院要转两趟车。”这句话让参会的同志印象很深。会后市交通运输局两次跟车体验、重新测算，将 7 路由停运改为保留早晚高峰班次。\n\n其他意见与网上征集的意见一并逐条研究，采纳情况已经公布。",
             22, (("bus", t("一辆公交车停靠站台，乘客正在上车", "Passengers get on a bus at a stop")), ("meeting", t("座谈会上，乘客代表围坐在会议桌旁发言", "Passengers speak round the table")))),
    11: Held(Form.BRIEFING, t("基层医疗便民措施宣讲", "What is new at the community clinics"), "周末门诊、长处方、双向转诊怎么用，医生当面讲。", t("城东街道社区卫生服务中心", "Chengdong Community Clinic"),
             "- 09:00 便民措施介绍\n- 09:40 医生答问\n- 10:20 免费测血压血糖", t("周末也能在家门口看病", "A doctor at the weekend too"),
             "活动现场介绍了周末门诊、慢性病长处方、双向转诊三项便民措施，为 146 名居民测量了血压和血糖。\n\n根据问卷结果，全市 11 家社区卫生服务中心已全部开设周末上午门诊，常用慢性病药品增加到 86 种。",
             146, (("clinic", t("社区卫生服务中心门前，医生为居民量血压", "A doctor takes blood pressure outside the clinic")), ("meeting", t("居民围坐听医生讲解便民措施", "Residents listen to a doctor")))),
}
