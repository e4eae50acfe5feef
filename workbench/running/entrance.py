"""The entrance of a system: where it serves, and where everybody here asks it."""

from __future__ import annotations

import asyncio
import errno
from dataclasses import dataclass

from workbench.closing import Closing
from workbench.running.launcher import Launcher
from workbench.running.orders import LOOPBACK, open_listener
from workbench.running.relay import PlainConversation, Relay, Relays

#: More than a system's server takes at a time.
MOST_CONNECTIONS = 256

#: Until a busy system accepts.
ACCEPT_SECONDS = 5.0


class Entrance(Closing):
    """`listener` is for the system's process, `port` for whoever asks it.

    Where the sandbox has a network of its own, a relay leads from the one to the other. A listener
    of this network would be a way out: what listens can be shut down, and then connected to
    anywhere.
    """

    def __init__(self, launcher: Launcher, relays: Relays, port: int) -> None:
        """port: where to be asked, 0 for any that is free. Raises OSError when it is not."""
        self._launcher = launcher
        asked = open_listener(port)
        self.port: int = asked.getsockname()[1]
        self._relay: Relay | None = None
        self.listener = launcher.listen() if launcher.has_own_network else asked
        self._served: int = self.listener.getsockname()[1]
        if self.listener is not asked:
            inside = _Inside(launcher, self._served)
            self._relay = relays.open(inside, PlainConversation, asked, MOST_CONNECTIONS)

    def is_closed(self) -> bool:
        """Whether nobody listens any more: the process has ended, though we may not know yet."""
        with self._launcher.open_socket() as probe:
            probe.settimeout(ACCEPT_SECONDS)
            try:
                return probe.connect_ex((LOOPBACK, self._served)) == errno.ECONNREFUSED
            except TimeoutError:
                return False  # alive, and too busy to accept

    def close(self) -> None:
        self.listener.close()
        if self._relay is not None:
            self._relay.close()


@dataclass(frozen=True)
class _Inside:
    """A port of the network that the launcher's processes have."""

    launcher: Launcher
    port: int

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        made = await asyncio.to_thread(self.launcher.open_socket)
        try:
            made.setblocking(False)
            await asyncio.get_running_loop().sock_connect(made, (LOOPBACK, self.port))
            return await asyncio.open_connection(sock=made)
        except BaseException:
            made.close()
            raise
