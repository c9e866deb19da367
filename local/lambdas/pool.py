"""All workers of one function: who takes which invocation, when another worker is started, and when one goes."""

import queue
import threading
import time
from collections import deque

from local.lambdas.code import fingerprint, forget_bytecode
from local.lambdas.environment import Endpoints
from local.lambdas.invocation import Invocation, Result, error, exited, timed_out
from local.lambdas.worker import Worker
from local.logs import Log
from local.template import Function

_INIT_SECONDS = 10.0
"""How long importing may take: Lambda's limit for the init phase, or the function's timeout where that is longer."""


class Pool:
    """Workers come with parallel invocations, up to `max_workers`, and go after `idle_seconds` without work; what finds none waits.

    An idle worker waits on its inbox. The one that fell idle last is used first, so the others can go.
    """

    def __init__(
        self, function: Function, *, endpoints: Endpoints, log: Log, max_workers: int, idle_seconds: float, own_client: bool
    ) -> None:
        self.function = function
        self._endpoints = endpoints
        self._log = log
        self._max_workers = max_workers
        self._idle_seconds = idle_seconds
        self._own_client = own_client
        self._lock = threading.Lock()
        self._workers: set[Worker] = set()
        self._idle: list[Worker] = []
        self._pending: deque[Invocation] = deque()
        self._watched = (function.code, *(layer.content for layer in function.layers if not layer.built))
        self._code = fingerprint(self._watched)
        self._closed = False

    def invoke(self, event: bytes, wait: float | None = None) -> Result | None:
        """The function's answer. None when `wait` seconds were over first: it then goes on without us, as behind a gateway."""
        give_up = None if wait is None else time.monotonic() + wait
        self._retire_changed()
        invocation = Invocation(event)
        self._dispatch(invocation)
        if not invocation.taken.wait(_until(give_up)):
            with self._lock:
                if invocation in self._pending:
                    self._pending.remove(invocation)
                    return None
            # A worker took it at the last moment: it goes on.
        timed = invocation.deadline if give_up is None else min(invocation.deadline, give_up)
        if not invocation.done.wait(_until(timed)):
            if give_up is not None and give_up < invocation.deadline:
                threading.Thread(target=self._enforce_timeout, args=(invocation,), daemon=True).start()
                return None
            self._time_out(invocation)
        return invocation.result

    def close(self) -> None:
        """Ends every worker; invocations under way end as errors."""
        with self._lock:
            self._closed = True
            workers = list(self._workers)
            pending, self._pending = self._pending, deque()
        for invocation in pending:
            invocation.finish(error("ServiceException", "the local stack is stopping"))
        for worker in workers:
            worker.kill()

    @property
    def worker_count(self) -> int:
        with self._lock:
            return len(self._workers)

    @property
    def pids(self) -> list[int]:
        """Of its processes that run."""
        with self._lock:
            return [worker.pid for worker in self._workers if worker.pid is not None]

    # ------------------------------------------------------------------------------------ called by workers

    def next_for(self, worker: Worker) -> Invocation | None:
        """Blocks until there is an invocation for the worker; None when it shall end."""
        with self._lock:
            worker.ready = True
            if worker.init_timer:
                worker.init_timer.cancel()
            if worker.stale or self._closed or worker not in self._workers:
                self._workers.discard(worker)
                return None
            if self._pending:
                return self._give(worker, self._pending.popleft())
            self._idle.append(worker)
        try:
            return worker.inbox.get(timeout=self._idle_seconds)
        except queue.Empty:
            with self._lock:
                if worker in self._idle:
                    self._idle.remove(worker)
                    self._workers.discard(worker)
                    return None
            return worker.inbox.get()  # given something at the last moment

    def init_failed(self, worker: Worker, result: Result) -> None:
        """The handler's module could not be loaded: everyone who waits gets that error, the next call tries again."""
        with self._lock:
            self._workers.discard(worker)
            if worker.stale:
                return  # of no interest any more
            others_work = any(other.ready for other in self._workers)
            failed: list[Invocation] = []
            if not others_work:
                failed, self._pending = list(self._pending), deque()
        for invocation in failed:
            invocation.finish(result)

    def exited(self, worker: Worker, returncode: int) -> None:
        """The process has ended, by itself or by our hand."""
        with self._lock:
            known = worker in self._workers
            self._workers.discard(worker)
            if worker in self._idle:
                self._idle.remove(worker)
            current, worker.current = worker.current, None
        if current:
            current.finish(exited(current.request_id, returncode))
        elif known and not worker.ready and not worker.stale:
            self.init_failed(worker, error("Runtime.ExitError", exited("-", returncode).payload.decode()))
        self._start_missing()

    # ------------------------------------------------------------------------------------ inside

    def _dispatch(self, invocation: Invocation) -> None:
        with self._lock:
            if self._closed:
                invocation.finish(error("ServiceException", "the local stack is stopping"))
                return
            while self._idle:
                worker = self._idle.pop()
                if not worker.stale:
                    worker.inbox.put(self._give(worker, invocation))
                    return
            self._pending.append(invocation)
        self._start_missing()

    def _give(self, worker: Worker, invocation: Invocation) -> Invocation:
        worker.current = invocation
        invocation.take(self.function.timeout)
        return invocation

    def _start_missing(self) -> None:
        """Starts as many workers as invocations wait for, less those that will ask for one in a moment.

        These are starting, or have answered and are on their way back: `current` is None and they do not wait yet.
        """
        while True:
            with self._lock:
                coming = sum(worker.current is None and not worker.stale and worker not in self._idle for worker in self._workers)
                if self._closed or coming >= len(self._pending) or len(self._workers) >= self._max_workers:
                    return
                worker = Worker(self, self.function, endpoints=self._endpoints, own_client=self._own_client, log=self._log)
                self._workers.add(worker)
            limit = max(_INIT_SECONDS, self.function.timeout)
            worker.init_timer = threading.Timer(limit, self._end_init, args=(worker, limit))
            worker.init_timer.daemon = True
            worker.init_timer.start()
            worker.start()

    def _end_init(self, worker: Worker, limit: float) -> None:
        if not worker.ready and not worker.stale:
            self.init_failed(worker, error("Sandbox.Timedout", f"Init phase took longer than {limit:.0f} seconds"))
            worker.kill()

    def _enforce_timeout(self, invocation: Invocation) -> None:
        if not invocation.done.wait(_until(invocation.deadline)):
            self._time_out(invocation)

    def _time_out(self, invocation: Invocation) -> None:
        """Ends the worker that has the invocation, as Lambda does: what it was doing stops wherever it is."""
        with self._lock:
            worker = next((worker for worker in self._workers if worker.current is invocation), None)
            if worker:
                worker.current = None
                self._workers.discard(worker)
        if worker:
            worker.kill()
        if invocation.finish(timed_out(invocation.request_id, self.function.timeout)):
            self._log.line(self.function.logical_id, f"Task timed out after {self.function.timeout:.2f} seconds")
        self._start_missing()

    def _retire_changed(self) -> None:
        """If files changed, no worker that loaded the old ones takes another invocation."""
        code = fingerprint(self._watched)
        with self._lock:
            if code == self._code:
                return
            forget_bytecode(self._code, code)
            self._code = code
            gone = [worker for worker in self._workers if worker.current is None]
            for worker in self._workers:
                worker.stale = True
            for worker in gone:
                self._workers.discard(worker)
            self._idle.clear()
        for worker in gone:
            worker.kill()


def _until(moment: float | None) -> float | None:
    """Seconds from now until `moment` of the monotonic clock, for `wait`."""
    return None if moment is None else max(0.0, moment - time.monotonic())
