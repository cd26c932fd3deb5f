"""Series: what the formats of several years count alike, and indicators derived from it."""

from crawler.series.crosswalk import Comparability, Indicator, all_indicators
from crawler.series.measuring import Value, measure, unbroken

__all__ = ["Comparability", "Indicator", "Value", "all_indicators", "measure", "unbroken"]
