"""An engine that is only looked at: nothing is fetched, made or removed in it."""

from __future__ import annotations

from collections.abc import Iterator

from auditor.errors import EngineError
from auditor.model.facts import Image
from auditor.model.fingerprint import Unverified
from auditor.model.plan import Limits
from auditor.replay.engines.abilities import Abilities
from auditor.replay.engines.interface import Container, Ended, Engine, Images
from auditor.replay.engines.published import Published

__all__ = ["Onlooker", "WouldPullError"]


class WouldPullError(EngineError):
    """An image is not in the engine, and would be fetched now."""

    def __init__(self, reference: str) -> None:
        """Take the image."""
        super().__init__(
            f"the image {reference} is not here", hint=f"docker pull {reference} fetches it"
        )
        self.reference = reference


class _Images:
    """The images of an engine, to be looked at."""

    def __init__(self, images: Images) -> None:
        self._images = images

    def find(self, reference: str) -> Image | None:
        """Return an image that the engine has, or ``None``."""
        return self._images.find(reference)

    def published(self, reference: str, seconds: float) -> Published:
        """Ask a registry what it has under a name."""
        return self._images.published(reference, seconds)

    def pull(self, reference: str) -> Image:
        """Fetch nothing. Raises ``WouldPullError``."""
        raise WouldPullError(reference)

    def load(self, tar: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Return an image without layers: what would be made is not."""
        del tar, labels
        return Image(reference=tag, id="")

    def build(self, context: Iterator[bytes], tag: str, labels: dict[str, str]) -> Image:
        """Return an image without layers: what would be built is not."""
        return self.load(context, tag, labels)


class Onlooker:
    """Another engine, in which containers may only look at images that are there."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine
        self.images: Images = _Images(engine.images)

    def describe(self) -> str:
        """Return its name and version in one line."""
        return self._engine.describe()

    def abilities(self) -> Abilities:
        """Return what it is and can do."""
        return self._engine.abilities()

    def unenforced(self, limits: Limits) -> tuple[Unverified, ...]:
        """Return what of ``limits`` it cannot enforce."""
        return self._engine.unenforced(limits)

    def run(self, container: Container) -> Ended:
        """Run a container that says what is in an image."""
        return self._engine.run(container)

    def stop(self) -> None:
        """Do as the engine does: it ends what was started here."""
        self._engine.stop()

    def clean(self, *, images: bool) -> tuple[int, int]:
        """Remove nothing."""
        del images
        return 0, 0
