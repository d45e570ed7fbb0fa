"""``s3://`` and ``gs://`` through s3fs and gcsfs: ranges of an object, one after the other."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from urllib.parse import urlsplit

from auditor.replay.data.remote import State

__all__ = ["Bucket"]

_RANGE = 16 * 1024**2  # bytes a request: few enough requests, and little lost with a connection


class Bucket:
    """An object; credentials and endpoint are those of the user's environment.

    Where there are no credentials it is asked for as a public one.
    """

    def __init__(self, url: str) -> None:
        self.url = url
        self.files = _files(urlsplit(url).scheme)
        self.size = 0

    def state(self) -> State:
        """Ask for the object's head."""
        try:
            info = self.files.info(self.url)
        except Exception as error:
            if type(error).__name__ != "NoCredentialsError":  # botocore's, for s3 alone
                raise
            self.files = _files("s3", anon=True)
            info = self.files.info(self.url)
        if info.get("type") != "file":
            raise FileNotFoundError(self.url)
        self.size = int(info["size"])
        marks = (info.get(name) for name in ("ETag", "etag", "generation", "LastModified"))
        return State(size=self.size, version=str(next(filter(None, marks), "")))

    def read(self, start: int, version: str) -> tuple[int, Iterator[bytes]]:
        """Return ``start`` and the bytes from there on; objects are replaced whole.

        One that was replaced between two requests does not have the digest in the end.
        """
        del version
        return start, self._ranges(start)

    def _ranges(self, start: int) -> Iterator[bytes]:
        for position in range(start, self.size, _RANGE):
            end = min(position + _RANGE, self.size)
            yield self.files.cat_file(self.url, start=position, end=end)


def _files(scheme: str, **options: Any) -> Any:  # noqa: ANN401 - fsspec has no types
    import fsspec  # noqa: PLC0415 - late: an extra

    return fsspec.filesystem(scheme, use_listings_cache=False, **options)
