"""The invented city of Tangxi: its settings, units and staff. No such city, office or person exists."""

from __future__ import annotations

from typing import Final, NamedTuple

from engage.accounts.models import UnitKind
from engage.accounts.permissions import Role
from engage.core.types import Localized
from engage.demo.content.words import t

# Numbers are all zeros, so that nobody's telephone rings and no filing number is anybody's.
SETTINGS: Final[dict[str, Localized | str]] = {
    "city": t("棠溪市", "Tangxi City"),
    "name": t("政务公开主题日", "Government Openness Theme Days"),
    "organiser": t(
        "棠溪市行政审批服务局（市政务公开办公室）", "Tangxi Administrative Approval and Services Bureau"
    ),
    "undertaker": t("棠溪市数据服务中心", "Tangxi Data Service Centre"),
    "contact": t(
        "电话 0000-0000000（演示号码），棠溪市滨江路1号政务服务中心三楼",
        "Tel. 0000-0000000 (demonstration), 3/F, Service Centre, 1 Binjiang Road",
    ),
    "icp": "某ICP备00000000号（演示）",
    "police_filing": "某公网安备00000000000000号（演示）",
    "site_code": "0000000000",
}


class DemoUnit(NamedTuple):
    """A unit and who answers its telephone in contact lists."""

    key: str
    name: Localized
    kind: UnitKind
    contact: str
    post: str


_D = UnitKind.DEPARTMENT
UNITS: Final = (
    DemoUnit(
        "approval",
        t("市行政审批服务局", "Administrative Approval and Services Bureau"),
        UnitKind.COORDINATOR,
        "何静",
        "政务公开科科长",
    ),
    DemoUnit(
        "housing",
        t("市住房和城乡建设局", "Housing and Urban-Rural Development Bureau"),
        _D,
        "罗建平",
        "物业管理科科长",
    ),
    DemoUnit("health", t("市卫生健康局", "Health Bureau"), _D, "谢雨晴", "基层卫生科科长"),
    DemoUnit("transport", t("市交通运输局", "Transport Bureau"), _D, "唐志刚", "运输管理科科长"),
    DemoUnit("education", t("市教育局", "Education Bureau"), _D, "蒋文慧", "基础教育科科长"),
    DemoUnit(
        "labour",
        t("市人力资源和社会保障局", "Human Resources and Social Security Bureau"),
        _D,
        "邓海波",
        "就业促进科科长",
    ),
    DemoUnit(
        "urban",
        t("市城市管理和综合执法局", "Urban Management Bureau"),
        _D,
        "刘敏",
        "办公室主任",
    ),
    DemoUnit(
        "market",
        t("市市场监督管理局", "Market Supervision Bureau"),
        _D,
        "彭立新",
        "食品安全协调科科长",
    ),
    DemoUnit("insurance", t("市医疗保障局", "Healthcare Security Bureau"), _D, "袁小红", "待遇保障科科长"),
    DemoUnit(
        "riverside",
        t("滨江街道办事处", "Binjiang Subdistrict Office"),
        UnitKind.TOWNSHIP,
        "陈晓峰",
        "党政综合办主任",
    ),
)


class DemoPerson(NamedTuple):
    """A staff account; ``unit`` is the unit's key, empty for the whole site."""

    key: str
    name: str
    role: Role
    unit: str


PEOPLE: Final = (
    DemoPerson("administrator", "周明远", Role.ADMINISTRATOR, ""),
    DemoPerson("coordinator", "何静", Role.COORDINATOR, ""),
    DemoPerson("housing", "罗建平", Role.DEPARTMENT, "housing"),
    DemoPerson("transport", "唐志刚", Role.DEPARTMENT, "transport"),
    DemoPerson("urban", "刘敏", Role.DEPARTMENT, "urban"),
    DemoPerson("approver", "黄国栋", Role.APPROVER, ""),
    DemoPerson("moderator", "林佳怡", Role.MODERATOR, ""),
    DemoPerson("typist", "吴双", Role.TYPIST, ""),
    DemoPerson("check-in", "赵小满", Role.CHECK_IN, ""),
)
EMAIL: Final = "{key}@tangxi.example"
