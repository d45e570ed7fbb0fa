"""What all replays of one call share: store, policy, engine, and who carries them out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from functools import cached_property

from auditor import capture
from auditor.model.observation import HostFacts
from auditor.pipeline.policy import Declared
from auditor.pipeline.replay.request import ReplayRequest
from auditor.replay.engines import Engine, connect
from auditor.replay.executors import Executor, executor
from auditor.replay.running.processors import Processors, here
from auditor.store import Store

__all__ = ["Shared", "Tell"]

Tell = Callable[[str], None]


class Shared:
    """Made once a call. ``one_at_a_time`` is held for what several threads would only do twice."""

    def __init__(self, request: ReplayRequest, store: Store, declared: Declared) -> None:
        self.request = request
        self.store = store
        self.declared = declared
        self.one_at_a_time = threading.Lock()
        self.abandoned = False

    @cached_property
    def executor(self) -> Executor:
        """Who carries replays out. Raises ``NotReplayedError`` where it does not answer."""
        return executor(self.request.executor)

    @cached_property
    def engine(self) -> Engine:
        """The engine of this machine. Raises ``EngineError`` where none answers."""
        return connect(self.request.options.engine)

    @cached_property
    def processors(self) -> Processors:
        """The processors of the engine's machine. Raises ``EngineError`` where it is gone."""
        able = self.engine.abilities()
        return here() if able.shares_files else Processors(range(able.processors or 1))

    @cached_property
    def host(self) -> HostFacts:
        """The facts of the engine's machine. Raises ``EngineError`` where it is gone."""
        if self.engine.abilities().shares_files:
            return capture.host_facts(self.store.key)
        return capture.no_host_facts("the engine is on another machine")

    def close(self, *, abandon: bool = False) -> None:
        """Let go of everything; with ``abandon`` end what is going on, as far as it is here."""
        self.abandoned = abandon
        if abandon and "engine" in self.__dict__:
            self.engine.stop()
        if "executor" in self.__dict__:
            self.executor.close(abandon=abandon)
