"""杭州: 大汉 JCMS. One column ships its rows in a datastore and pages through dataproxy.jsp; the other is drawn by a script."""

from __future__ import annotations

import json
from collections.abc import Mapping
from html import escape
from typing import Any, ClassVar

from app.demo import markup
from app.demo.chrome import Visit
from app.demo.papers import Document
from app.demo.replicas.base import Replica
from app.demo.wire import Answer, Request, page

STORED, DRAWN = "1229063407", "1229063423"
UNIT = "6423117"
WEB = "149"
PER_PAGE = 6
PROXY = "/module/jpage/dataproxy.jsp"
BUILD = "/api-gateway/jpaas-publish-server/front/page/build/unit"
LIBRARY = "window.$ = function () { return {jpage: function () {}}; };"  # stands for the pager's own script, which fills the shell
NOTHING = '<?xml version="1.0" encoding="UTF-8"?><datastore></datastore>'


class Hangzhou(Replica):
    """Whoever runs no scripts finds the second column empty: the portal file says `render: true`."""

    key = "hangzhou"
    name = "杭州市人民政府"
    adcode = "330100"
    family = "hanweb"
    host = "127.0.1.15"
    code = "3301000001"
    start = (f"/col/col{STORED}/index.html", f"/col/col{DRAWN}/index.html")
    file: ClassVar[Mapping[str, Any]] = {"render": True}

    def address(self, document: Document, part: int = 0) -> str:
        day = document.filed
        return f"/art/{day.year}/{day.month}/{day.day}/art_{document.column}_{document.number}.html"

    def route(self, request: Request, night: int, visit: Visit) -> Answer | None:
        if found := self.at(request.path, night):
            return page(self._article(found[0], visit))
        if request.path == f"/col/col{STORED}/index.html":
            return page(self._stored(night, visit))
        if request.path == f"/col/col{DRAWN}/index.html":
            return page(self._drawn(visit))
        if request.path == PROXY:
            return page(self._records(request, night), content_type="text/xml;charset=UTF-8")
        if request.path == BUILD:
            rows = "".join(self._row(document) for document in self._column(DRAWN, night))
            answer = {"success": True, "code": "200", "data": {"html": f"<ul class='list'>{rows}</ul>"}}
            return page(json.dumps(answer, ensure_ascii=False), content_type="application/json;charset=UTF-8")
        return None

    def _column(self, column: str, night: int) -> list[Document]:
        return self.rows(night, column)

    def _row(self, document: Document) -> str:
        title = escape(document.listed)
        shown = title if len(title) < 24 else f"{title[:22]}…"  # cut as the real lists cut it; the whole title stands in the attribute
        return f'<li><a href="{self.address(document)}" title="{title}" target="_blank">{shown}</a><span>{document.published}</span></li>'

    def _store(self, documents: list[Document], total: int) -> str:
        records = "".join(f"<record><![CDATA[{self._row(document)}]]></record>" for document in documents)
        return (
            f"<datastore><totalrecord>{total}</totalrecord><totalpage>{-(-total // PER_PAGE)}</totalpage><recordset>{records}</recordset></datastore>"
        )

    def _stored(self, night: int, visit: Visit) -> str:
        """The column's shell: the list a reader sees is filled from the datastore by the page's script."""
        documents = self._column(STORED, night)
        unit = (
            f"$('#{UNIT}').jpage({{totalRecord:{len(documents)}, perPage:{PER_PAGE}, groupSize:1, proxyUrl:'{PROXY}', type:'post', "
            f"data:{{col:1, appid:1, webid:{WEB}, path:'/', columnid:{STORED}, sourceContentType:1, unitid:'{UNIT}', webname:'{self.name}', "
            "permissiontype:0}});"
        )
        content = (
            f'<div class="list_box"><div id="{UNIT}"><script type="text/xml">{self._store(documents[:PER_PAGE], len(documents))}</script>'
            f'<ul class="shell"></ul></div>\n<script>{LIBRARY}{unit}</script></div>\n'
            f"{visit.sidebar('推荐阅读')}"
        )
        return self.frame(self.column_name, content, visit, head=f"<meta name='Maketime' content='{visit.made}'>\n")

    def _records(self, request: Request, night: int) -> str:
        """An answer of dataproxy.jsp; a wrong pair of column and unit lists nothing."""
        if (request.form.get("columnid"), request.form.get("unitid")) != (STORED, UNIT):
            return NOTHING
        first, last = (int(request.form.get(key, "0") or 0) for key in ("startrecord", "endrecord"))
        documents = self._column(STORED, night)
        return self._store(documents[max(first - 1, 0) : last], len(documents))

    def _drawn(self, visit: Visit) -> str:
        """A column with nothing in it until a script has asked for the rows."""
        content = (
            '<div class="list_box" id="rows"><p class="loading">正在加载……</p></div>\n<script>\n'
            f"fetch('{BUILD}?webId={WEB}&tplSetId=unit&pageType=column&pageId={DRAWN}&t={visit.counter()}')\n"
            "  .then(function (answer) { return answer.json(); })\n"
            "  .then(function (answer) { document.getElementById('rows').innerHTML = answer.data.html; });\n</script>\n"
            f"{visit.sidebar('推荐阅读')}"
        )
        return self.frame(self.column_name, content, visit, head=f"<meta name='Maketime' content='{visit.made}'>\n")

    def _article(self, document: Document, visit: Visit) -> str:
        title = escape(document.title or "")
        content = (
            f'<div class="main-txt"><!--<$[标题名称(html)]>begin--><h1 class="title">{title}</h1><!--<$[标题名称(html)]>end-->\n'
            f'<div class="sp_time">发布日期: {document.published:%Y- %m- %d} 09: 55: 47 访问次数: <span id="hits">{visit.counter()}</span> '
            f"来源: {document.source} 字号：[ 大 中 小 ]</div>\n"
            f'<div id="zoom"><!--ZJEG_RSS.content.begin--><meta name="ContentStart">\n{markup.body(document.blocks)}\n'
            f'<meta name="ContentEnd"><!--ZJEG_RSS.content.end--></div>\n'
            f'<div class="tools">分享到： <a href="javascript:window.print()">打印本页</a> <a href="javascript:window.close()">关闭窗口</a> '
            f'<span class="qr" data-id="{visit.token(12)}">扫一扫在手机打开当前页</span></div></div>\n{visit.sidebar("点击排行")}'
        )
        return self.frame(f"{title}_{self.name}", content, visit, document, head=f"<meta name='Maketime' content='{visit.made}'>\n")
