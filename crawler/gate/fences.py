"""Fences: answers of something that stands before the portal. Detected and reported, never defeated.

A fence shows itself by a status nothing else uses, by its maker's marks, or by a page that says nothing but "you may not
pass". Marks alone prove little: 瑞数 leaves its script in pages it has let through, 安全狗 brands ordinary 404 pages, and
every second footer names a cloud. So marks count only on a page that has no content of its own (`_is_bare`).
"""

from __future__ import annotations

import re
from functools import partial

from crawler.errors import Blocked
from crawler.gate.look import Look
from crawler.gate.rule import ANY, Rule, Saying, quoted, says

_BARE = 1200  # characters of prose; the longest block page measured (阿里云盾 with its advice) has about 700

_JSL = re.compile(r"__jsl(?:uid|_clearance)|x-via-jsl", re.I)
_COOKIE_SCRIPT = re.compile(r"document\s{0,3}(?:\.|\[\s?['\"])\s{0,3}cookie['\"]?\s{0,3}\]?\s{0,3}=(?!=)", re.I)
_RELOAD = re.compile(r"location\s{0,3}(?:\.\s{0,3}(?:href|replace|reload|assign)|\[|=(?!=))", re.I)
_RUISHU = re.compile(r"\$_ts\b|\br=['\"]m['\"]|_\$[a-zA-Z0-9]{2}\(\);")
_RUISHU_META = re.compile(r"<meta\b[^<>]{0,80}content=['\"]?[\w.$!*-]{24,}[^<>]{0,40}>", re.I)
_OWN_SCRIPT = re.compile(r"""<script\b[^<>]{0,120}src=['"]?/[\w/]{6,60}\.[\w]{2,12}\.?(?:js)?['"\s>]""", re.I)

# maker, where seen, marks in the source or the headers (lower case)
_MAKERS: tuple[tuple[str, str, tuple[str, ...]], ...] = (
    ("waf_chuangyu", "创宇盾: 工信部 and other ministries", ("创宇盾", "365cyd.", "yunaq.com", "知道创宇")),
    (
        "waf_aliyun",
        "阿里云 WAF: 405 with a request id, acw_sc__v2 script, punish page",
        ("errors.aliyun.com", "aliyun_waf", "acw_sc__v", "block_traceid", "/_____tmd_____/", "x5secdata", "aliyuncaptcha", "g.alicdn.com/sd-base"),
    ),
    ("waf_safedog", "安全狗", ("safedog", "安全狗")),
    ("waf_d_shield", "D盾, on IIS hosts", ("d盾",)),
    ("waf_g01", "网防G01, the police's own: www.gov.cn/zhengceku answered 403 with it", ("网防g01",)),
    ("waf_yunsuo", "云锁", ("yunsuo", "security_session_verify", "security_session_mid_verify", "云锁")),
    (
        "waf_360",
        "360 and 奇安信 网站卫士: status 493, wzws scripts",
        ("wzws-waf", "wzws_cid", "wzwsconfirm", "wangzhan.360.cn", "zhuji.360.cn", "网站卫士"),
    ),
    ("waf_tencent", "腾讯云 WAF, EdgeOne", ("waf.tencent-cloud.com", "501page.html", "腾讯云安全", "t-sec", "turing.captcha.qcloud", "edgeone")),
    ("waf_huawei", "华为云 WAF: status 418", ("hwwafses", "华为云", "huaweicloudwaf")),
    ("waf_baidu", "百度云加速", ("yunjiasu", "百度云加速")),
    (
        "waf_cloudflare",
        "Cloudflare",
        ("cf-mitigated: challenge", "cf-chl", "cf_chl", "challenge-platform", "challenges.cloudflare.com", "| cloudflare"),
    ),
    ("waf_safeline", "长亭雷池: status 468", ("safeline", "chaitin", "雷池")),
    ("waf_bt", "宝塔 and its relatives of ngx_lua_waf", ("btwaf", "宝塔", "已被网站管理员设置拦截")),
    ("waf_anheng", "安恒 玄武盾, 明御", ("玄武盾", "明御", "websaas.cn")),
    ("waf_wangsu", "网宿", ("网宿", "wangsu", "cdnetworks")),
    ("waf_incapsula", "Imperva", ("_incapsula_resource", "incap_ses")),
    ("waf_f5", "F5 ASM", ("requested url was rejected. please consult", "/tspd/", "bobcmn")),
    ("waf_akamai", "Akamai", ("errors.edgesuite.net", "akamai")),
)

_REFUSES = Saying(
    (
        "拦截",
        "阻断",
        "拒绝",
        "禁止",
        "封",
        "屏蔽",
        "限制",
        "疑似",
        "不合法",
        "非法",
        "请求",
        "威胁",
        "权限",
        "黑名单",
        "仅",
        "防火墙",
        "访问",
        "403 ",
        "blocked",
        "rejected",
        "denied",
    ),
    re.compile(
        r"(?:访问|请求|操作|IP|连接)[^\n。]{0,24}(?:被|已被|遭到?)[^\n。]{0,20}(?:拦截|阻断|拒绝|禁止|封禁|封锁|屏蔽|限制)"
        r"|(?:拦截|阻断)(?:了)?(?:您|你|本次|此次|该|当前)的?(?:访问|请求)"
        r"|疑似(?:攻击|黑客|恶意|机器人|爬虫)|不合法参数|非法(?:访问|请求)|(?:危险|恶意|攻击性?)的?(?:攻击)?请求"
        r"|(?:可能|已经?)对(?:网站|服务器)造成[^\n。]{0,8}(?:威胁|危险|危害)"
        r"|您没有(?:访问)?权限[^\n]{0,12}访问|(?:IP|地址)[^\n]{0,12}(?:黑名单|不在.{0,6}允许)|仅(?:限|允许|供)[^\n。]{0,10}(?:内网|境内|国内|专网)[^\n]{0,6}(?:访问|IP)"
        r"|(?:所在)?(?:地区|区域|国家)[^\n。]{0,10}(?:不允许|无法|禁止|限制)[^\n。]{0,4}访问"
        r"|拦截提示|安全拦截|网站防火墙|访问(?:被)?(?:拦截|阻断|拒绝)"
        r"|\b403 forbidden\b"
        r"|\brequest (?:has been |was )?(?:blocked|rejected|denied)|access (?:to this (?:page|site) )?(?:is |has been )?(?:denied|blocked)"
        r"|you (?:are|have been) blocked",
        re.I,
    ),
)
_PROVES_HUMAN = Saying(
    ("滑块", "拼图", "验证", "滑动", "缺口", "真人", "人类", "机器人", "human", "robot", "captcha", "security check"),
    re.compile(
        r"(?:拖动|滑动|按住|拖拽)[^\n。]{0,14}(?:滑块|拼图|验证|右|缺口)|滑块验证|滑动验证|人机验证|人机识别|安全验证|访问验证|智能验证|行为验证"
        r"|(?:请|需要?)(?:您)?(?:先)?(?:输入|填写|完成|通过)[^\n。]{0,16}(?:验证码?)(?:后|以)?(?:继续)?|验证(?:码|后)[^\n]{0,10}继续(?:访问|浏览)"
        r"|确认您?(?:是|不是)(?:真人|人类|机器人)|verify (?:that )?you are (?:a )?human|are you a robot|\bcaptcha\b|complete the security check",
        re.I,
    ),
)
_CHECKS_BROWSER = Saying(
    ("浏览器", "检查", "检测", "防护", "环境", "javascript", "your browser", "security check", "just a moment", "ddos", "please wait"),
    re.compile(
        r"(?:正在|进行)[^\n。]{0,8}(?:检查|检测|验证|校验)[^\n。]{0,10}(?:浏览器|访问环境|安全|环境)|浏览器安全(?:检查|检测)|安全检测中"
        r"|^(?:网站|浏览器|正在)?(?:进行)?安全检查中?[\s.…。]{0,6}$|网站(?:当前)?(?:正在)?(?:开启|启用)[^\n]{0,8}防护"
        r"|checking your browser|security check|just a moment|please wait while (?:we|your)|ddos protection|enable javascript and cookies to continue"
        r"|(?:请)?(?:开启|启用|打开)\s?(?:浏览器的?)?\s?javascript[^\n]{0,12}(?:刷新|继续|访问|重试)",
        re.I | re.M,
    ),
)
_TOO_OFTEN = Saying(
    ("频繁", "频率", "次数", "太快", "过快", "过多", "过高", "异常", "too many", "rate limit"),
    re.compile(
        r"(?:访问|请求|操作|点击)(?:次数|频率)?[^\n。]{0,6}(?:过于|太|过)(?:频繁|快|多|高)|(?:超出|超过)[^\n。]{0,8}(?:访问|请求)(?:频率|次数)"
        r"|访问异常|系统检测到[^\n。]{0,14}异常|too many requests|rate limit",
        re.I,
    ),
)
_LOGIN = re.compile(
    r"统一身份认证|统一(?:用户)?认证(?:平台|中心|系统)?|单点登[录陆]|(?:用户|账号|账户|系统|后台|管理员|会员|扫码|密码)登[录陆]"
    r"|^登[录陆](?:页面?|系统)?$|^欢迎登[录陆]|\b(?:log ?in|sign ?in|single sign-on|cas)\b",
    re.I,
)
_LOGIN_PATH = re.compile(r"(?:^|/)(?:login|signin|sso|cas|oauth2?|passport|uias|authserver)(?:[/.?;]|$)|/(?:user)?login\w*\.\w+$", re.I)


def _is_bare(look: Look) -> bool:
    """Nothing of a site's own: hardly any prose, no long paragraph, no menu, no ArticleTitle."""
    return look.prose <= _BARE and look.links <= 30 and not look.is_titled_report and look.longest <= 260


def _jsl(look: Look) -> str | None:
    if look.status != 521 and look.words > 60:
        return None
    marked = _JSL.search(look.headers) or _JSL.search(look.scripts)
    sets_cookie = _COOKIE_SCRIPT.search(look.scripts)
    if look.status == 521 and (marked or sets_cookie):
        return "status 521 with a script that sets a cookie" + (f" ({marked[0]})" if marked else "")
    return f"a page of nothing but the script of {marked[0]}" if marked and sets_cookie else None


def _ruishu(look: Look) -> str | None:
    """Its script alone proves nothing: it stays in the pages it has let through."""
    if look.words > 60 and look.status != 412:
        return None
    script = _RUISHU.search(look.scripts) or (_RUISHU_META.search(look.text[:4000]) and _OWN_SCRIPT.search(look.text[:8000]))
    if look.status in {412, 202} and (script or look.words <= 60):
        return f"status {look.status} with a script where the page should be"
    return "a page of nothing but the $_ts script" if script and "$_ts" in look.scripts else None


def _accusation(look: Look) -> str | None:
    """What marks need beside them: words of refusal, a status that is no page's, or a page of nothing but a script."""
    if look.status in {404, 410} or not _is_bare(look):
        return None
    words = says(look, _REFUSES) or says(look, _PROVES_HUMAN) or says(look, _CHECKS_BROWSER) or says(look, _TOO_OFTEN)
    if words:
        return repr(words)
    if look.status >= 400 and look.status not in {500, 502, 503, 504}:
        return f"status {look.status}"
    return "a page of nothing but a script" if look.words <= 60 and look.scripts else None


def _maker(look: Look, marks: tuple[str, ...]) -> str | None:
    accusation = look.remembered(_accusation)
    if accusation is None:
        return None
    mark = next((mark for mark in marks if mark in look.lower or mark in look.headers), None)
    return f"{accusation} with the mark {mark!r}" if mark else None


def _login(look: Look) -> str | None:
    if look.was_redirected and _LOGIN_PATH.search(look.final_path) and not _LOGIN_PATH.search(look.asked_path):
        return f"led to {look.final_path}"
    if look.is_titled_report or look.links > 30 or look.prose > 600 or look.longest > 80:
        return None
    title = _LOGIN.search(look.title)
    if title and (look.has_password or look.prose <= 400):
        return f"the title says {look.title!r}"
    return "nothing but a password form" if look.has_password and look.prose <= 200 and look.links <= 12 else None


def _short(saying: Saying, look: Look, *, prose: int = 500, longest: int = 120) -> str | None:
    """A page whose whole purpose is that sentence: little else is said, and no paragraph that could be a report's."""
    if not _is_bare(look) or look.prose > prose or look.longest > longest:
        return None
    return quoted(says(look, saying))


def _cookie_script(look: Look) -> str | None:
    if look.words <= 120 and len(look.scripts) <= 4000 and _COOKIE_SCRIPT.search(look.scripts) and _RELOAD.search(look.scripts):
        return "nothing but a script that sets a cookie and loads the page again"
    return None


FENCE_STATUSES = {  # asked after the rules below, so that a maker is named where one can be
    401: "a password is wanted",
    403: "forbidden",  # how 庆阳 and many others answer data centres
    407: "a proxy wants a password",
    412: "a challenge without its script",  # 湖北, 甘肃
    418: "refused by a firewall",  # 华为云
    429: "too many requests",
    444: "refused by a firewall",  # nginx
    451: "withheld by law",
    468: "refused by a firewall",  # 雷池
    493: "refused by a firewall",  # 360
    566: "refused by a firewall",  # EdgeOne
    567: "refused by a firewall",  # EdgeOne
}

FENCES: tuple[Rule, ...] = (
    Rule("jsl_challenge", Blocked, "加速乐: 521, __jsluid, two-step __jsl_clearance; gsxt, miit", _jsl, ANY),
    Rule("ruishu_challenge", Blocked, "瑞数: 412 or 202, $_ts, meta content + own script; 湖北, 甘肃发改委", _ruishu, ANY),
    *(Rule(name, Blocked, seen, partial(_maker, marks=marks), ANY) for name, seen, marks in _MAKERS),
    Rule("login", Blocked, "302 to a login page that answers 200; 统一身份认证", _login, ANY),
    Rule("refused", Blocked, "block pages of no known maker", lambda look: _short(_REFUSES, look) if look.status not in {404, 410} else None, ANY),
    Rule("captcha", Blocked, "滑动验证, 请输入验证码 as the page's whole purpose", lambda look: _short(_PROVES_HUMAN, look), ANY),
    Rule("too_often", Blocked, "frequency fences that answer 200", lambda look: _short(_TOO_OFTEN, look), ANY),
    Rule("browser_check", Blocked, "JS challenges: security check, five-second pages", lambda look: _short(_CHECKS_BROWSER, look), ANY),
    Rule("cookie_script", Blocked, "cookie walls: a script sets a cookie and reloads", _cookie_script, ANY),
)
