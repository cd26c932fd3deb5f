"""Which titles of a list may belong to a report. Generous: a page too many costs one request, a report missed costs a year.

What kind of document a page is, the reader decides. Here only the genres are turned away that no report column means:
government work reports, website reports, rule-of-law reports, guides, catalogues, budgets (the titles of PORTALS, "Titles seen").
"""

from __future__ import annotations

import re
import unicodedata

from spiders.links import is_cut

_YEAR = r"(?:(?:19|20)\d\d|[一二][〇零○OＯ九][〇零○OＯ一二三四五六七八九]{2})"
_SUBJECT = re.compile(r"信息公开|政务公开|政府信息|政府公开|信息与政务|依申请公开|公开工作")
_REPORT = re.compile(r"年度工作?报告|年度总?报告|年报|年度报$|工作报告|成绩单|自查|总结|汇报|情况报告|数据统计|统计表|统计数据|格式|模板")
_BARE = re.compile(
    rf"(?:.{{0,40}}(?:政府|办公室|办公厅|委员会|[市县区省州盟旗镇乡局委办厅院站队所会处社]|街道|中心|公司|集团|学校|医院|大学|学院))?"
    rf"[(（]?{_YEAR}[)）]?\s*年?度?(?:年度报告|年报|报告)|{_YEAR}年?度?.{{0,30}}(?:年报|年度报告)"
)
_COLLECTION = re.compile(r"年(?:度报告|报)(?:汇总|汇编|专栏|专题|合集|集锦)")
_APPENDIX = re.compile(r"(?:附表|附件|附图)\d*$")
_RULE = re.compile(r"(?:制度|办法|规定|条例|规范|细则|流程图?|方案)[(（》\]】]?(?:[(（].{0,10}[)）])?$")
_OTHER_GENRE = re.compile(
    r"法治政府|依法行政|法治建设|网站工作|政府网站|网站年度|预算|决算|财政(?![局厅所部])|财务|统计公报|国民经济|环境状况|社会责任|就业质量|住房公积金(?!管理)|政府采购年|审计(?![局厅署])|建议提案|绩效|政府工作报告"
)
_MATERIAL = re.compile(r"工作要点|公开要点|指南|目录|清单|受理|申请表|联系方式|机构职能")


def is_candidate(title: str) -> bool:
    """True when a link of this title may lead to a report, or to one of the documents filed beside reports.

    Args:
        title: as the list prints it; a cut one ("诸城市人民政府2017年政府信息公开工作年…") counts by what is left of it.
    """
    plain = re.sub(r"\s+", "", unicodedata.normalize("NFKC", title))
    if _APPENDIX.search(plain):
        return False
    subject = _SUBJECT.search(plain) is not None
    if subject:
        # 政府网站与政务公开工作年度报告 speaks of its subject and stays; 政府网站工作年度报表 has none
        if _RULE.search(plain) and "格式" not in plain:
            return False
        if _MATERIAL.search(plain) and not re.search(r"年度报告|年报|自查|总结|落实情况", plain):
            return False
        if _REPORT.search(plain) or _COLLECTION.search(plain):
            return not re.search(r"法治政府|依法行政|网站(?:工作)?年度报表|预算|决算", plain)
        return is_cut(title) and re.search(_YEAR, plain) is not None
    if _OTHER_GENRE.search(plain):
        return False
    return _COLLECTION.search(plain) is not None or _BARE.fullmatch(plain) is not None
