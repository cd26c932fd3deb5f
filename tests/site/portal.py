"""A toy portal of the t-date kind with four reports: what is true, and how its pages show it."""

from __future__ import annotations

import csv
import hashlib
import itertools
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path

COLUMN = "/zwgk/ndbg/"
YEARS = (2024, 2023, 2022, 2021)
FIRST_PAGE = 3  # rows of index.html; the others stand on index_1.html
STRUCK = frozenset({2023, 2021})  # the reports that a fault for chosen articles strikes: one of each list page

_requests = itertools.count(1)


@dataclass(frozen=True, slots=True)
class Report:
    """What an organ published: the truth that the archive is compared with."""

    issuer: str
    year: int
    extra: str = ""  # words that a fault wants to see survive

    @property
    def title(self) -> str:
        return f"{self.issuer}{self.year}年政府信息公开工作年度报告"

    @property
    def path(self) -> str:
        return f"{COLUMN}{self.year + 1}03/t{self.year + 1}0315_{self.year * 7}.html"

    @property
    def published(self) -> str:
        return f"{self.year + 1}-03-15"

    @property
    def paragraphs(self) -> list[str]:
        n = self.year % 100
        return [
            f"根据《中华人民共和国政府信息公开条例》规定，{self.issuer}现公布{self.year}年政府信息公开工作年度报告。"
            f"本报告所列数据的统计期限自{self.year}年1月1日起至12月31日止。",
            f"一、总体情况。全年主动公开政府信息{n * 113}条，其中通过门户网站公开{n * 97}条，通过政务新媒体公开{n * 16}条；"
            f"举办政府开放日活动{n % 7 + 2}场，发布政策解读{n + 41}篇。{self.extra}",
            f"二、依申请公开情况。全年收到政府信息公开申请{n + 12}件，上年结转{n % 3}件，均已按期答复，答复率100%。",
            "三、存在的主要问题及改进情况。一是个别单位公开不够及时，二是解读形式不够丰富。下一步将完善目录，加强培训，按季通报。",
        ]

    @property
    def text(self) -> str:
        """What the archive should hold: a line a paragraph, a tab-joined line a row."""
        return "\n".join([*self.paragraphs, *map("\t".join, self.rows)])

    @property
    def rows(self) -> list[list[str]]:
        n = self.year % 100
        return [
            ["项目", "本年数量", "金额"],
            ["行政许可", str(n * 211), "——"],
            ["行政处罚", str(n * 37), "——"],
            ["政府集中采购", str(n + 8), f"{n * 1234}.5"],
        ]


@dataclass
class Answer:
    """What the portal says to one request, and how it misbehaves on the wire.

    Attributes:
        html: the page; `body` is made of it unless a fault has set one.
        length: the Content-Length that is named; None: none is, and the end of the connection is the end of the page.
        send: bytes of the body that are sent before `end`.
        end: keep, close or reset the connection; `hold` seconds pass before.
        chunks: in chunks, of which the last one may be missing ("cut").
        head: raw bytes in place of status line and headers.
    """

    status: int = 200
    html: str = ""
    headers: list[tuple[str, str]] = field(default_factory=list)
    encoding: str = "utf-8"
    body: bytes | None = None
    length: int | None = -1
    send: int | None = None
    end: str = "keep"
    hold: float = 0.0
    chunks: str | None = None
    head: bytes | None = None

    def payload(self) -> bytes:
        return self.body if self.body is not None else self.html.encode(self.encoding, "surrogatepass" if self.encoding == "utf-8" else "strict")

    def header(self, name: str, value: str | None) -> None:
        """Set a header, or with None take it away."""
        self.headers = [(key, old) for key, old in self.headers if key.lower() != name.lower()]
        if value is not None:
            self.headers.append((name, value))


class Toy:
    """One portal, issued by a county of its own so that the portals of one archive share no report."""

    def __init__(self, number: int, fault: str) -> None:
        self.key = fault.replace("_", "-")
        self.fault = fault
        self.host = f"127.0.{2 + number // 200}.{1 + number % 200}"
        self.adcode, self.name = _divisions()[number]
        self.reports = [Report(f"{self.name}人民政府", year, "用字㙍䶮𠮷照录。" if fault == "enc_gb18030" else "") for year in YEARS]

    def file(self, port: int) -> str:
        """The portal file."""
        return (
            f'key: {self.key}\nname: {self.name}人民政府\nadcode: "{self.adcode}"\nfamily: trs\n'
            f"start: ['http://{self.host}:{port}{COLUMN}']\nhosts: ['{self.host}']\nexpect: {{candidates: {len(YEARS)}}}\n"
        )

    def answer(self, path: str) -> tuple[str, Report | None, Answer]:
        """Kind of page (list, more, article, home, login, robots, none), the report it shows, and the page."""
        if path == "/robots.txt":
            return "robots", None, Answer(html="User-agent: *\nDisallow: /admin/\n", headers=[("Content-Type", "text/plain")])
        if path == "/":
            return "home", None, _page(self.home())
        if path in {COLUMN, f"{COLUMN}index.html"}:
            return "list", None, _page(self.list(self.reports[:FIRST_PAGE], 0))
        if path == f"{COLUMN}index_1.html":
            return "more", None, _page(self.list(self.reports[FIRST_PAGE:], 1))
        if path == "/cas/login":
            return (
                "login",
                None,
                _page("<html><head><title>统一身份认证</title></head><body><form>账号<input> 密码<input type=password></form></body></html>"),
            )
        for report in self.reports:
            if path == report.path:
                return "article", report, _page(self.article(report))
        return "none", None, _page("<html><head><title>404 Not Found</title></head><body><h1>404 Not Found</h1></body></html>", 404)

    def list(self, reports: list[Report], current: int, pages: int = 2) -> str:
        rows = "".join(
            f'<li><a href="./{report.path.removeprefix(COLUMN)}" title="{report.title}">{report.title}</a><span>{report.published}</span></li>'
            for report in reports
        )
        return self._frame(
            "政府信息公开年报",
            f'<ul class="list">\n{rows}\n</ul><div class="page"><script>createPageHTML({pages}, {current}, "index", "html");</script></div>',
            '<meta name="ColumnName" content="政府信息公开年报"><meta name="ColumnType" content="政务公开">',
        )

    def article(self, report: Report) -> str:
        paragraphs = "".join(f"<p>{paragraph}</p>\n" for paragraph in report.paragraphs)
        rows = "".join("<tr>" + "".join(f"<td>{cell}</td>" for cell in row) + "</tr>" for row in report.rows)
        return self._frame(
            report.title,
            f'<div class="article"><h1>{report.title}</h1>\n<div class="info">发布日期：{report.published}　来源：{self.name}人民政府办公室　'
            f'浏览次数：<span id="hits">{next(_requests)}</span>　【字体：<a href="#">大</a> <a href="#">中</a> <a href="#">小</a>】</div>\n'
            f'<div class="TRS_Editor">{paragraphs}<table border="1">{rows}</table></div>\n'
            '<div class="tools"><a href="javascript:window.print()">打印本页</a> <a href="javascript:window.close()">关闭窗口</a></div></div>',
            f'<meta name="ArticleTitle" content="{report.title}"><meta name="PubDate" content="{report.published} 09:30">'
            f'<meta name="ContentSource" content="{self.name}人民政府办公室">',
        )

    def home(self) -> str:
        news = "".join(
            f'<li><a href="/xwzx/{n}.html">{self.name}要闻第{n}条：重点工作有序推进</a><span>03-{n % 28 + 1:02d}</span></li>' for n in range(60)
        )
        return self._frame(f"{self.name}人民政府", f"<h2>要闻</h2><ul>{news}</ul>", '<meta name="PageCategory" content="index">')

    def _frame(self, title: str, main: str, tags: str) -> str:
        menu = "".join(
            f'<li><a href="/{path}/">{name}</a></li>'
            for path, name in [("", "首页"), ("zwgk", "政务公开"), ("zwfw", "政务服务"), ("hdjl", "互动交流")]
        )
        return f"""<!DOCTYPE html>
<html>
<head>
<meta http-equiv="Content-Type" content="text/html; charset=utf-8">
<meta name="SiteName" content="{self.name}人民政府"><meta name="SiteDomain" content="{self.host}"><meta name="SiteIDCode" content="{self.adcode}0001">
<meta name="others" content="页面生成时间 {next(_requests)}">
{tags}
<title>{title}</title>
</head>
<body>
<div class="top"><ul class="menu">{menu}</ul></div>
<div class="position">当前位置：<a href="/">首页</a> &gt; <a href="/zwgk/">政务公开</a> &gt; <a href="{COLUMN}">政府信息公开年报</a></div>
{main}
<div class="footer"><p>主办：{self.name}人民政府办公室　网站标识码：{self.adcode}0001　备案号：ICP备05000001号</p></div>
</body>
</html>
"""

    def tag(self, report: Report) -> str:
        """The validator of a report's page: it changes with the report and not with the counters."""
        return '"' + hashlib.sha256("".join(report.paragraphs).encode()).hexdigest()[:16] + '"'


def _page(html: str, status: int = 200) -> Answer:
    return Answer(status=status, html=html, headers=[("Content-Type", "text/html; charset=utf-8")])


@cache
def _divisions() -> list[tuple[str, str]]:
    """Counties and cities whose names stand alone, as (adcode, name)."""
    path = Path(__file__).resolve().parents[2] / "crawler" / "reading" / "divisions.csv"
    with path.open(encoding="utf-8", newline="") as file:
        rows = [row for row in csv.DictReader(file) if row["level"] == "county" and row["name"].endswith(("县", "市")) and not row["former"]]
    names = [row["name"] for row in rows]
    return [(row["code"], row["name"]) for row in rows if names.count(row["name"]) == 1][:200]
