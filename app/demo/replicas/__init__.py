"""The five replica portals, each in the shape of the real one, and a mirror that copies a report of one of them."""

from __future__ import annotations

from app.demo.replicas.base import Replica
from app.demo.replicas.hangzhou import Hangzhou
from app.demo.replicas.liaoyuan import Liaoyuan, Mirror
from app.demo.replicas.qingdao import Qingdao
from app.demo.replicas.qingyang import Qingyang
from app.demo.replicas.zhucheng import Zhucheng

PORTALS: tuple[type[Replica], ...] = (Qingdao, Qingyang, Liaoyuan, Zhucheng, Hangzhou)

__all__ = ["PORTALS", "Hangzhou", "Liaoyuan", "Mirror", "Qingdao", "Qingyang", "Replica", "Zhucheng"]
