"""The words of messages in Chinese and English: kinds of events, kinds of incidents, trust."""

from __future__ import annotations

from collections.abc import Mapping

from storage.records import What

KINDS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "new": "新发布", "figures_changed": "数字改动", "text_changed": "文字改动", "title_changed": "标题改动", "date_changed": "日期改动",
        "attachment_changed": "附件更换", "moved": "换了网址", "missing": "找不到了", "withdrawn": "已撤下", "restored": "重新出现",
        "overdue": "逾期未发布", "late": "迟发布", "findings": "自相矛盾", "incidents": "抓取故障",
    },
    "en": {
        "new": "new", "figures_changed": "figures changed", "text_changed": "text changed", "title_changed": "title changed",
        "date_changed": "date changed", "attachment_changed": "attachment replaced", "moved": "moved", "missing": "missing",
        "withdrawn": "withdrawn", "restored": "back again", "overdue": "overdue", "late": "published late", "findings": "contradiction",
        "incidents": "crawling incident",
    },
}  # fmt: skip

STATES: Mapping[str, Mapping[str, str]] = {
    "zh": {"opened": "故障出现", "closed": "故障已恢复"},
    "en": {"opened": "incident opened", "closed": "incident over"},
}

INCIDENTS: Mapping[str, Mapping[str, str]] = {
    "zh": {
        "unreachable": "网站无法访问", "bad_status": "网站返回错误", "blocked": "被网站拦截", "out_of_scope": "网址超出范围",
        "disallowed": "robots.txt 不允许", "too_large": "内容过大", "layout_changed": "页面结构变了", "soft_not_found": "页面称内容不存在",
        "not_a_report": "不是年度报告", "empty_reading": "报告页没有正文", "unreadable": "文件打不开", "too_few_candidates": "列表里的报告太少",
        "newest_year_missing": "缺最新年度", "column_moved": "栏目搬走了", "challenge": "需要人机验证", "tls": "证书或加密有问题",
        "charset_broken": "乱码", "extractor_disagreement": "两种正文识别结果不一致", "parser_killed": "解析超时或内存超限",
        "reader_broke": "解析程序出错", "comparison_broke": "交叉比对出错", "corrupt_capture": "存档页面损坏",
        "requests_limit": "本次抓取请求数已满", "host_budget": "该网站本夜请求数已满", "too_many_attachments": "附件过多",
        "behind_neighbours": "同级都有的年度这里没有", "afterwards_broke": "夜间收尾步骤出错", "heads_unwritten": "账本摘要没能写入文件",
        "heads_foreign": "账本摘要文件里有不属于本档案的行", "timestamp_failed": "时间戳没有取得", "account_unwritten": "夜间报告没能写出",
    },
    "en": {},  # the kind itself is English; its underscores become spaces
}  # fmt: skip

OURSELVES = "nianbao"  # whom an incident without a portal is about
UNTITLED: Mapping[str, str] = {"zh": "（无标题）", "en": "(untitled)"}

TRUST: Mapping[str, Mapping[str, str]] = {
    "zh": {"mirror": "非官方转载页，不代表发布机关", "unknown": "来源不明的导入文件"},
    "en": {"mirror": "a mirror's copy, which does not speak for the organ", "unknown": "an imported file of unknown origin"},
}


def kind(name: str, language: str) -> str:
    """The word for a kind of event."""
    return KINDS[language].get(name, name)


def incident(name: str, language: str) -> str:
    """The word for a kind of incident."""
    return INCIDENTS[language].get(name, name.replace("_", " "))


def nobody(name: str, language: str) -> str:
    """The word for what an event of this kind is about where no title, organ, portal or place is known."""
    return OURSELVES if name == What.INCIDENTS else UNTITLED[language]
