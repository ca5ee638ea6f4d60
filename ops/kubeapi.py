"""The Kubernetes API by kr8s, for what has to be followed: kubectl is for what is asked once."""

import asyncio
import warnings
from collections.abc import AsyncIterator, Coroutine
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

TIMEOUT_SECONDS = 3.0  # for an answer; what takes longer is a gap
CLOSING_SECONDS = 0.2  # TLS says goodbye in the background: a loop that ends at once leaves its sockets open


def run(main: Coroutine[Any, Any, None]) -> None:
    """Run that in a loop of its own, and let its connections close."""

    async def all_of_it() -> None:
        await main
        await asyncio.sleep(CLOSING_SECONDS)

    asyncio.run(all_of_it())


@asynccontextmanager
async def connected(kubeconfig: Path, context: str, namespace: str) -> AsyncIterator[Any]:
    """An API of kr8s with a session of its own, which ends with the block."""
    from kr8s.asyncio import Api

    # what is asked of it here is the same in every version that has autoscaling/v2
    warnings.filterwarnings("ignore", "Kubernetes version .* is not supported")
    # not by kr8s.asyncio.api(): in one loop that gives everybody the same one, whose session the first to leave ends
    api = Api(kubeconfig=str(kubeconfig), context=context, namespace=namespace, bypass_factory=True)
    api.timeout = TIMEOUT_SECONDS
    try:
        await api
        yield api
    finally:
        if api._session:  # kr8s has no way of its own to end one
            await api._session.aclose()
