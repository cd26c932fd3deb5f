"""The standard meta tags of government pages (国办发〔2017〕47号 政府网站发展指引): SiteName, SiteDomain, SiteIDCode, ColumnName,
ArticleTitle, PubDate, ContentSource and their kin. They stood on 62 of 62 modern pages, in any case and order of attributes.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from lxml.etree import _Element

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
