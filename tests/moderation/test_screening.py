"""Personal data in every spelling is noticed, and ordinary figures are not: tables, and hostile texts."""

from __future__ import annotations

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engage.core.text import clean_text
from engage.moderation.rules import Hit, screened
from tests.fixtures.work import calls

MOBILES = """
13800138000
138.0013.8000
138_0013_8000
138\u00a00013\u00a08000
138 - 0013 - 8000
138   0013   8000
（138）00138000
(138)0013-8000
【138】0013【8000】
138-0013-8000
138‐0013‐8000
138–0013–8000
138—0013—8000
138―0013―8000
138−0013−8000
138﹣0013－8000
138~0013~8000
138/0013/8000
138·0013·8000
138•0013•8000
138、0013、8000
138,0013,8000
138，0013，8000
138*0013
138|0013|8000
138：0013：8000
138\u200d0013\u200c8000
138\u30000013\u30008000
138杠0013杠8000
138🌟0013🌟8000
1380013 8000
138 00138000
138 001 38000
13 80 01 38 00 0
1 3 8 0 0 1 3 8 0 0 0
1-3-8-0-0-1-3-8-0-0-0
1，3，8，0，0，1，3，8，0，0，0
1380013-8000
一三八零零一三八零零零
一三八〇〇一三八〇〇〇
幺三八零零幺三八零零零
壹叁捌零零壹叁捌零零零
一三八-零零一三-八零零零
幺三八 两两幺三 八零零零
一38零013八000
１３８００１３８０００
１３８－００１３－８０００
①③⑧⓪⓪①③⑧⓪⓪⓪
1️⃣3️⃣8️⃣0️⃣0️⃣1️⃣3️⃣8️⃣0️⃣0️⃣0️⃣
𝟏𝟑𝟖𝟎𝟎𝟏𝟑𝟖𝟎𝟎𝟎
¹³⁸⁰⁰¹³⁸⁰⁰⁰
١٣٨٠٠١٣٨٠٠٠
138oo138000
138OO138OOO
+8613800138000
+86 138 0013 8000
+86-138-0013-8000
008613800138000
(86)138-0013-8000
013800138000
1\u03013\u03018\u030100138000
I38OOI38OOO
138 00 13 80 00
l3800138000
0086(138)0013 8000
138 0013 8000 万先生
138 0013 8000 平时都在
138.0013.8000公司电话
13800138000元女士
13800138000 元旦前
138 0013 8000 人在外地
手机=138 0013 8000
13800138000=王先生
"""
NO_PHONES = {"138*0013"}
OTHERS = [
    (Hit.LANDLINE, "0746-3221234"),
    (Hit.LANDLINE, "（0746）3221234"),
    (Hit.LANDLINE, "010-62345678"),
    (Hit.LANDLINE, "0731 8888 6666"),
    (Hit.LANDLINE, "０７３６-７１９０１２３"),
    (Hit.LANDLINE, "零七四六-三二二一二三四"),
    (Hit.LANDLINE, "+86-10-62345678".replace("-10-", "-010-")),
    (Hit.LANDLINE, "+86-746-3221234"),
    (Hit.LANDLINE, "+86 (746) 3221234"),
    (Hit.LANDLINE, "0086 10 62345678"),
    (Hit.LANDLINE, "0 746 3221234"),
    (Hit.LANDLINE, "(0746) 322-1234"),
    (Hit.LANDLINE, "联系电话：3221234"),
    (Hit.LANDLINE, "座机8765432"),
    (Hit.LANDLINE, "电话是 322 1234"),
    (Hit.LANDLINE, "电话：三二二一二三四"),
    (Hit.IDENTITY_NUMBER, "430481199003071236"),
    (Hit.IDENTITY_NUMBER, "430481 19900307 1236"),
    (Hit.IDENTITY_NUMBER, "430481-1990-0307-1236"),
    (Hit.IDENTITY_NUMBER, "４３０４８１１９９００３０７１２３６"),
    (Hit.IDENTITY_NUMBER, "四三零四八一一九九零零三零七一二三六"),
    (Hit.IDENTITY_NUMBER, "11010519491231002X"),
    (Hit.IDENTITY_NUMBER, "11010519491231002x"),
    (Hit.IDENTITY_NUMBER, "11010519491231002Ｘ"),
    (Hit.IDENTITY_NUMBER, "110105 19491231 002 X"),
    (Hit.IDENTITY_NUMBER, "43048119900307123x"),
    (Hit.IDENTITY_NUMBER, "130503670401001"),
    (Hit.IDENTITY_NUMBER, "130503 670401 001"),
    (Hit.IDENTITY_NUMBER, "订单号 430481199003071236"),  # with the right check digit, whatever it is called
    (Hit.IDENTITY_NUMBER, "本人身份证编号 430481199003071234"),
    (Hit.IDENTITY_NUMBER, "身份证 430481199003071234"),
    (Hit.IDENTITY_NUMBER, "身份证号码：123456789012345678"),
    (Hit.BANK_CARD, "6222021234567890128"),
    (Hit.BANK_CARD, "6222 0212 3456 7890 128"),
    (Hit.BANK_CARD, "6222-0212-3456-7890-128"),
    (Hit.BANK_CARD, "4111111111111111"),
    (Hit.BANK_CARD, "4111 1111 1111 1111"),
    (Hit.BANK_CARD, "卡号 6222021234567890123"),
    (Hit.BANK_CARD, "银行账号：4300012345678901234"),
    (Hit.BANK_CARD, "农行6228480012345678901"),
    (Hit.BANK_CARD, "建行卡 6217 0012 3456 7890 123"),
    (Hit.EMAIL, "zhang@city.example"),
    (Hit.EMAIL, "zhang@qq，com"),
    (Hit.EMAIL, "zhang@163·com"),
    (Hit.EMAIL, "zhang@qq com"),
    (Hit.EMAIL, "zhang＠city.example"),
    (Hit.EMAIL, "ｚｈａｎｇ＠ｃｉｔｙ．ｃｏｍ"),
    (Hit.EMAIL, "zhang(at)city.example"),
    (Hit.EMAIL, "zhang[at]city.example"),
    (Hit.EMAIL, "zhang（at）city.example"),
    (Hit.EMAIL, "zhang【at】city【dot】example".replace("【dot】", "[dot]")),
    (Hit.EMAIL, "zhang (AT) city (dot) example"),
    (Hit.EMAIL, "zhang at city dot example"),
    (Hit.EMAIL, "zhang at qq.com"),
    (Hit.EMAIL, "zhang#city.example"),
    (Hit.EMAIL, "12345678@qq点com"),
    (Hit.EMAIL, "12345678艾特qq点com"),
    (Hit.EMAIL, "zhang @ city . example"),
    (Hit.EMAIL, "zhang@city。com"),
    (Hit.MESSENGER, "微信号zhang_san88"),
    (Hit.MESSENGER, "微信：zhangsan"),
    (Hit.MESSENGER, "加我微信 zhang-san"),
    (Hit.MESSENGER, "加V：abc12345"),
    (Hit.MESSENGER, "V：wxid_abc12345"),
    (Hit.MESSENGER, "v:zhangsan88"),
    (Hit.MESSENGER, "有事找我，Ｖ： li_si2020"),
    (Hit.MESSENGER, "QQ群 123456789"),
    (Hit.MESSENGER, "QQ群：123456789"),
    (Hit.MESSENGER, "QQ群号是123456789"),
    (Hit.MESSENGER, "qq交流群123456789"),
    (Hit.MOBILE, "186,0000,0000元先生"),
    (Hit.MESSENGER, "vx abc12345"),
    (Hit.MESSENGER, "WeChat ID: zhangsan88"),
    (Hit.MESSENGER, "QQ：12345678"),
    (Hit.MESSENGER, "qq号12345"),
    (Hit.MESSENGER, "扣扣号码是 1234567"),
    (Hit.MESSENGER, "微 信 号 abc12345"),
    (Hit.MESSENGER, "q q 123456789"),
    (Hit.MESSENGER, "qq: 123 456 789"),
    (Hit.MESSENGER, "Q：123456789"),
    (Hit.MESSENGER, "抖音号abc12345"),
    (Hit.PASSPORT, "护照号 E12345678"),
    (Hit.PASSPORT, "护照号码为E 12345678"),
    (Hit.PASSPORT, "台胞证12345678"),
    (Hit.PASSPORT, "军官证号：军字第1234567号"),
    (Hit.PLATE, "湘m12345"),
    (Hit.PLATE, "湘 M12345"),
    (Hit.PLATE, "湘mf12345"),
    (Hit.ADDRESS, "住浯溪街道平安路12号3栋2单元501室"),
    (Hit.ADDRESS, "民生北路88号5栋301"),
    (Hit.ADDRESS, "幸福小区三栋二单元五〇二"),
    (Hit.ADDRESS, "幸福小区 6号楼，1203室"),
    (Hit.ADDRESS, "12幢1单元902"),
    (Hit.PASSPORT, "护照EA1234567"),
    (Hit.PLATE, "湘M12345"),
    (Hit.PLATE, "湘M·F1234"),
    (Hit.PLATE, "粤BD12345"),
    (Hit.PLATE, "湘ＭＦ１２３４"),
]
CLEAN = """
12345热线，2026年3月5日，第13条，1381234567
建筑面积138123456789平方米
全年共1,380,013.8000元，比上年多13,800,138,000元
1,380,013.8000
￥1380013.8000
投资1380013.8000万元
财政部令〔2019〕第1380号
国办发〔2019〕38号、湘政办发〔2023〕13号
《条例》第一、三、五、七、九、十一、十三条
第1、3、5、7、9、11、13、15条
2026-03-05 14:30:00
2026年3月5日14时30分至2026年3月6日15时30分
1971.12-1972.1任科员，1974.10-1978.1任科长
1949-1978-2018
施工时间13.00--14.00,22.40--7.00
15：30—17：30，8：00—12：00
172.16.254.100
159.121.41.105
GB 18030-2022、GB/T 2260-2007、DB43/T 1380-2017
统一社会信用代码 91430481MA4L1234XX
收件编号431181202603050012
订单号123456789012345678
430481199003071234
订单号 430481199003071234
快递单号：110105197503050012
案号 430481198803050012 的判决
档案号430481199003071234
431181202603050012
330102202512310045
123456789012345678
907260514838201764
439901199013071234
430481199002301234
990481199003071234
顺丰SF1234567890123，EMS EA123456789CN，YT8812345678901
交易号2026030522001412345678901234
微信支付单号4200001234202603051234567890
6222021234567890124
编号 62220212345678901234
1500×12=18000，1380+1520+180=3080
一百三十八万零一百三十八元
二〇二六年三月五日
一二三四五六七八九十
东经130.12度，北纬26.5度
138****8000
400-810-8000、95588、110、119、120
微信公众号、微信支付、QQ群
电压V：5伏，5V，220V：50Hz，V：12
V：version，CV：zhangsan88，V：a1
QQ音乐、QQ群里有200人、QQ群2个，微信群500人
186,0000,0000元
186，0000，0000元，共138,0000,0000美元
关注微信公众号qiyangfabu
发邮件到上级，@所有人
look at example.com
湘A类项目、湘南学院、京B路
G4京港澳高速、S320省道K138+100
价格 138.00 元、0.12345678901
身高1.38米，体重138斤，1380人
浙江省2026年第3批第138号
第1版13页，共138页，合计1800字
3.14159265358979
护照办理、通行证的办理时间
投资13800138000元
总投资13800138000.00元，预算13812345678万元
共13812345678人次，￥13812345678
13 800 138 000元、13,800,138,000元
1380+1520=13800138000
电话费8765432元、座机20260305装好
电话12345、联系电话96309
86 746 3221234
13800,13801,13802
3号线200米、2号楼100%入住、8号楼2026年交房
电话响了20分钟，座机2000余部，护照20260305到期
祁政办发〔2026〕12号，案号（2026）湘1121民初1234号
湘（2026）祁阳市不动产权第0001234号
项目代码2603-431121-04-01-123456
邮编426100
400-123-4567、4001234567、800-820-8820
湘A9高速、新A级景区、湘G209国道、新gb18030标准
小区3栋，共5栋306户，9栋106、108号门面
18栋1200余户、2单元25层、3栋105m2户型、长虹路138号
Q：12345怎么打？Q: 20260305起施行吗？
"""


def _lines(table: str) -> list[str]:
    return [line for line in table.splitlines() if line]


@pytest.mark.parametrize("number", [line for line in _lines(MOBILES) if line not in NO_PHONES])
@pytest.mark.parametrize("words", ["{}", "请打{}找王先生", "电话:{}，谢谢", "住3栋，{}。"])
def test_mobile_numbers_in_every_spelling(number: str, words: str) -> None:
    text = words.format(number)
    assert Hit.MOBILE in screened(text).hits
    assert Hit.MOBILE in screened(clean_text(text)).hits


@pytest.mark.parametrize(("hit", "text"), OTHERS)
@pytest.mark.parametrize("words", ["{}", "请记下 {} 谢谢", "（{}）"])
def test_other_personal_data(hit: Hit, text: str, words: str) -> None:
    assert hit in screened(words.format(text)).hits


@pytest.mark.parametrize("text", _lines(CLEAN))
def test_ordinary_figures_pass(text: str) -> None:
    assert screened(text).hits == ()


SIGNS = st.text(alphabet=" .-_·•~/|:—–\u3000\u200b（）()[]", min_size=1, max_size=3)


@given(
    st.lists(SIGNS, min_size=2, max_size=2),
    st.sampled_from(["0123456789", "０１２３４５６７８９", "〇一二三四五六七八九"]),
)
def test_any_signs_between_the_usual_groups(signs: list[str], digits: str) -> None:
    first, second, third = ("".join(digits[int(digit)] for digit in part) for part in ("139", "7412", "5836"))
    assert Hit.MOBILE in screened(f"电话{first}{signs[0]}{second}{signs[1]}{third}").hits


HOSTILE = [
    "1" * 100_000,
    "1 " * 50_000,
    "13 " * 33_000,
    "一" * 100_000,
    "1.1" * 33_000,
    "1 3-" * 25_000,
    "13.15-62/" * 11_000,
    "4 3 0 4 8 1 1 9 9 0 0 3-" * 4_000,
    "6 2-" * 25_000,
    "ID" + "1 " * 50_000,
    "ID1 1 1 1 1 1 1 1 1-" * 5_000,
    "a" * 100_000,
    "q" * 100_000,
    "a at " * 20_000,
    "1,111" * 20_000,
    "1,111," * 16_000,
    "a@" * 50_000,
    "a." * 50_000 + "@",
    "a " * 50_000,
    "a@a." * 25_000,
    "微信" * 50_000,
    "微信:" + " " * 100_000,
    "微信号码号码" * 16_000,
    "湘A" * 50_000,
    "0-" * 50_000,
    "（" * 100_000,
    "1" + "-" * 100_000,
    "护照" * 50_000,
    "\u0301" * 100_000,
]


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:8] for text in HOSTILE])
def test_hostile_texts_are_screened_in_linear_time(text: str) -> None:
    begun = time.process_time()
    screened(text)
    assert time.process_time() - begun < 5


@pytest.mark.parametrize("text", HOSTILE, ids=[text[:8] for text in HOSTILE])
def test_hostile_texts_are_little_work(text: str) -> None:
    part = text[:2_000]
    assert calls(lambda: screened(part)) < 16 * len(part)
    assert calls(lambda: screened(text[:20_000])) < 15 * calls(lambda: screened(part)) + 500
