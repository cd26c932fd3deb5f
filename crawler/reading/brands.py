"""Words of injected advertising, for telling it from a report."""

from __future__ import annotations

import re

# Brands that only injected text names; a report on fighting gambling speaks of 赌博, not of these.
BRANDS = re.compile(
    r"雷竞技|开云体育|亚博|乐鱼|华体会|米兰体育|九游|必威|欧宝体育|万博体育|沙巴体育|银河娱乐|新葡京|威尼斯人|太阳城(?:集团|娱乐|官网)|bet365|"
    r"(?:开元|金沙|皇冠|澳门)(?:棋牌|娱乐|体育|赌场)|真人(?:娱乐|荷官|百家乐)|百家乐|老虎机|捕鱼达人|体育(?:app|官网|下载)|(?:六合|时时)彩|北京赛车|成人(?:影院|视频)",
    re.IGNORECASE,
)
