"""What a page says of itself outside its body: standard meta tags and labelled values.

The tags (SiteName, SiteDomain, SiteIDCode, ColumnName, ArticleTitle, PubDate, ContentSource) are those of 国办发〔2017〕47号
政府网站发展指引; they stood on 62 of 62 modern pages, in any case and order of attributes. Older pages print labels instead: 发布日期,
来源, 发布机构, in a line under the title or in a table beside 索引号.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise, zip_longest

from lxml.etree import _Element

from crawler.reading import dates

# Templates that were never filled in: {{title}}, ${title}, <%=title%>, $title$, [title], #title#, "null", "undefined".
_PLACEHOLDER = re.compile(r"\{\{.*\}\}|[$#]\{.*\}|<%.*%>|\$\w+\$|\[\w+\]|#\w+#|null|undefined|文章标题|标题|内容标题|暂无", re.IGNORECASE | re.DOTALL)


def tags(tree: _Element) -> Mapping[str, str]:
    """The meta tags of a page by name.

    Args:
        tree: the parsed page.

    Returns:
        name in lower case -> content, white space collapsed; the first of several that say something; none that are empty or
        a template's placeholder, because both mean "not known".
    """
    found: dict[str, str] = {}
    for element in tree.iter("meta"):
        attributes = {str(key).lower(): str(value) for key, value in element.attrib.items()}
        name = attributes.get("name", "").strip().lower()
        content = " ".join(attributes.get("content", "").split())
        if name and content and name not in found and not _PLACEHOLDER.fullmatch(content):
            found[name] = content
    return found


# What pages print before a value. Every label ends the value of the one before it, also those whose values nobody needs.
_LABELS = {
    "published": (
        *("发布日期", "发布时间", "发表日期", "发表时间", "上传时间", "添加时间", "录入时间", "公开日期", "公开时间", "信息时间", "时间", "日期"),
    ),
    "written": ("发文日期", "发文时间", "成文日期", "成文时间"),
    "source": ("信息来源", "文章来源", "稿件来源", "来源", "供稿单位"),
    "issuer": ("发布机构", "发布单位", "发布部门", "公开机构", "公开主体", "公开单位", "发文机关", "发文单位", "制发机关", "制发单位"),
    "title": ("标题", "名称", "信息名称", "文件名称", "公文名称"),
    "": (
        *("索引号", "索取号", "文号", "发文字号", "公开方式", "公开类别", "公开范围", "公开形式", "公开时限", "公开程序", "主题分类", "主题词"),
        *("信息分类", "分类", "体裁分类", "组配分类", "所属主题", "公文种类", "有效性", "时效", "统一编码", "生成日期", "印发日期"),
        *("生效日期", "实施日期", "失效日期", "废止日期"),
        *("访问次数", "浏览次数", "浏览量", "点击数", "点击率", "点击量", "点击", "阅读次数", "阅读量", "阅读", "字体", "字号", "字体大小", "作者"),
        *("编辑", "责任编辑", "审核", "打印", "分享到", "分享", "视力保护色", "更新时间", "有效期"),
    ),
}
_FIELD = {label: field for field, labels in _LABELS.items() for label in labels}
_LABEL = "|".join(r"\s*".join(label) for label in sorted(_FIELD, key=len, reverse=True))
_IN_LINE = re.compile(rf"(?<![\u3400-\u9fff])\[?({_LABEL})\]?\s*[:：]\s*")
_IN_CELL = re.compile(rf"[【\[]?({_LABEL})[】\]]?\s*[:：]?")
_END = re.compile(r"[【\[|\t]|字体|浏览|点击|打印|我要|收藏|分享|\s{3,}|\s大\s")


@dataclass(frozen=True, slots=True)
class Labelled:
    """A value that a page prints behind a label.

    Attributes:
        field: published, written (the date of the document), source, issuer or title.
        label: as printed, without inner spaces.
    """

    field: str
    label: str
    value: str


def labelled(lines: Sequence[str]) -> list[Labelled]:
    """Values behind labels in the lines around a body, in order; from running lines, and from the cells of an index table.

    Args:
        lines: one line a block; cells of a table row parted by tabs (or by bars, where a table was saved as text).
    """
    found = []
    for n, line in enumerate(lines):
        cells = [cell.strip() for cell in re.split(r"[\t|]", line)]
        for cell, following in pairwise(cells):
            if (label := _IN_CELL.fullmatch(cell)) and following and not _IN_CELL.fullmatch(following):
                found.append(_labelled(label[1], following))
        for cell in cells:
            hits = list(_IN_LINE.finditer(cell))
            for hit, after in zip_longest(hits, hits[1:]):
                value = _END.split(cell[hit.end() : after.start() if after else len(cell)], maxsplit=1)[0].strip()
                if not value and after is None and cell is cells[-1] and n + 1 < len(lines) and not _IN_LINE.search(lines[n + 1]):
                    value = _next_block(hit[1], lines[n + 1])
                if value:
                    found.append(_labelled(hit[1], value))
    return [entry for entry in found if entry.field]


def _labelled(label: str, value: str) -> Labelled:
    name = "".join(label.split())
    return Labelled(_FIELD[name], name, " ".join(value.split()))


def _next_block(label: str, line: str) -> str:
    """A date may stand in a block of its own behind its label; words there are as likely to be something else."""
    return line if _FIELD["".join(label.split())] in ("published", "written") and dates.parse(line) and len(line) <= 30 else ""
