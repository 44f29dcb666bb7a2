# fmt: off
"""The live session that is over, with its record: every question accounted for."""

from __future__ import annotations

from typing import Final

from engage.demo.content.live_now import Asked
from engage.demo.content.words import t
from engage.live.models import QuestionState, Source
from engage.moderation.models import ReasonClass

TITLE: Final = t("在线访谈：家门口看病更方便", "Live interview: a doctor near your door")
INTRODUCTION: Final = t(
    "市卫生健康局局长、市医疗保障局负责同志就基层就医、周末门诊、慢性病用药等问题与网友交流。",
    "The heads of the Health and Insurance Bureaus talk with citizens about community clinics.")
GUESTS: Final = ({"name": "杨慧兰", "post": "市卫生健康局局长"}, {"name": "袁小红", "post": "市医疗保障局待遇保障科科长"})
SUMMARY: Final = "本次访谈历时 92 分钟，收到提问 24 个，现场回答 16 个，书面答复 4 个。网友最关心周末门诊、慢性病长处方和药品种类。会后，全市 11 家社区卫生服务中心已全部开设周末上午门诊，慢性病长处方最长可开 12 周。"

_S = QuestionState
# `ago` here is the minute of the session at which it was asked.
QUESTIONS: Final = (
    Asked("社区医院周末能不能开门？我们上班的人只有周末有空。", _S.ANSWERED, 2, 143, "城东上班族", "能。从下月起 11 家社区卫生服务中心全部开设周六、周日上午门诊，排班表在门口和本网站公布。"),
    Asked("高血压的药一次能不能多开一点？每个月跑一趟太折腾。", _S.ANSWERED, 4, 117, "", "病情稳定的慢性病患者可开长处方，最长 12 周，在签约的社区医院就能开。"),
    Asked("为什么社区医院的药总是不全？", _S.ANSWERED, 7, 96, "高血压十年", "我们已把常用慢性病药品从 62 种增加到 86 种；没有的药可登记，三天内调配到位。"),
    Asked("乡镇卫生院报销多少，市里医院报销多少？", _S.ANSWERED, 11, 68, "", "居民医保住院：乡镇卫生院政策范围内报销 90%，市级医院 75%。门诊统筹在基层报销 70%。"),
    Asked("孩子发烧晚上去哪里？镇上没有儿科。", _S.ANSWERED, 15, 81, "白石镇妈妈", "白石、柳塘两个中心卫生院已安排儿科医生夜间二线值班，并与市妇幼保健院开通视频会诊。"),
    Asked("老人不会用手机挂号怎么办？", _S.ANSWERED, 19, 54, "", "所有基层机构保留人工窗口和电话预约，65 岁以上老人优先就诊。"),
    Asked("家庭医生签了约，从来没联系过我。", _S.ANSWERED, 24, 47, "实话实说", "您反映的情况我们正在整治，已对签约服务逐户回访，未履约的不得领取服务经费。"),
    Asked("市里的专家多久下来一次？", _S.ANSWERED, 29, 33, "", "内科、中医每周一次，骨科、眼科两周一次，坐诊表每月 25 日公布下月安排。"),
    Asked("村卫生室能刷医保吗？", _S.ANSWERED, 33, 39, "柳塘老周", "全市 212 个村卫生室中已有 187 个开通，其余 25 个年底前开通。"),
    Asked("抽血为什么要等到第二天才有结果？", _S.ANSWERED, 38, 21, "", "标本统一送市人民医院检验，正在试点当日出结果，急查两小时内回传。"),
    Asked("长期卧床的老人能上门吗？", _S.ANSWERED, 44, 62, "", "可以预约上门换药、导尿、压疮护理等 12 项服务，费用按公示标准，部分纳入医保。"),
    Asked("外地退休回来住，医保怎么用？", _S.ANSWERED, 52, 28, "返乡人", "办理长期异地居住备案即可直接结算，手机或任一社区医院都能办。", Source.TELEPHONE),
    Asked("体检报告看不懂，有人讲解吗？", _S.ANSWERED, 58, 19, "", "每周三下午各中心有医生免费解读。", Source.HALL),
    Asked("转到市里的医院要不要重新挂号排队？", _S.ANSWERED, 66, 26, "", "由基层转诊的患者优先预约、优先检查、优先住院。"),
    Asked("中药代煎能不能在社区做？", _S.ANSWERED, 74, 14, "", "已有 6 家开展代煎和快递到家服务。"),
    Asked("新来的年轻医生留得住吗？", _S.ANSWERED, 83, 17, "关心基层", "我们提高了基层岗位补贴，并打通县乡轮岗晋升通道，今年留任率 91%。"),
    Asked("城西中心的B超机坏了快一个月了，什么时候修好？", _S.WRITTEN, 21, 36, "城西居民", "该设备已更换主板，本周三恢复使用。停机期间转诊检查的患者，可凭票据到中心退还挂号费。"),
    Asked("特药门诊报销的名单在哪里查？", _S.WRITTEN, 36, 23, "", "名单见市医疗保障局网站“待遇清单”栏目，共 176 种；也可拨打 12345 查询或到社区医院窗口打印。"),
    Asked("滨江新区三万人只有一个服务站，会建新的中心吗？", _S.WRITTEN, 49, 58, "滨江业主", "滨江新区社区卫生服务中心已完成选址，建筑面积 2800 平方米，计划明年三月开工。建成前增派 2 名全科医生到服务站。"),
    Asked("疫苗到货能不能提前通知？白跑了两趟。", _S.WRITTEN, 61, 25, "宝爸", "已在预约平台增加到货提醒功能，扫码登记后到货当天短信通知；不便用手机的可在接种点电话登记。"),
    Asked("医院停车收费太贵了。", _S.DECLINED, 27, reason=ReasonClass.OFF_TOPIC),
    Asked("周末能开门吗？", _S.DECLINED, 41, reason=ReasonClass.REPEATED),
    Asked("专治疑难杂症，祖传秘方。", _S.DECLINED, 55, reason=ReasonClass.ADVERTISEMENT),
    Asked("已经问清楚了，谢谢。", _S.WITHDRAWN, 70),
)
