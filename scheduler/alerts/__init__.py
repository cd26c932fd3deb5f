"""Whom to tell what: from events to messages that arrive.

`deliver` does it all and may be called at any time, by any number of programs: new events are matched with the subscriptions, alerts that are
due become messages, messages go to their receivers. `note` takes events of kinds that have no table of their own.
"""

from __future__ import annotations

from scheduler.alerts.delivery import Delivered as Delivered
from scheduler.alerts.delivery import deliver as deliver
from scheduler.alerts.feeds import render as render_feed
from scheduler.alerts.feeds import write as write_feeds
from scheduler.alerts.sources import note as note

__all__ = ["Delivered", "deliver", "note", "render_feed", "write_feeds"]
