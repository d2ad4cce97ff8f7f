"""Zip files of users, opened with limits: nothing is unpacked to disk, nothing larger than it says."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib

from calculators.engine.errors import InputError, Problem

MAX_BYTES = 50_000_000
MAX_UNPACKED = 200_000_000
MAX_RATIO = 200
"""Unpacked over packed size. Spreadsheets of 5,000 buses stay below 20; a zip bomb has 1,000."""

MAX_MEMBERS = 1_000
_DAMAGED = (
    zipfile.BadZipFile, zipfile.LargeZipFile, zlib.error, struct.error, NotImplementedError, EOFError, OSError,
    ValueError,
)  # fmt: skip


def members(data: bytes, name: str) -> dict[str, bytes]:
    """Return the files in an archive, by their path.

    Raises
    ------
    InputError
        Not a readable zip, encrypted, too large or packed too tightly; nothing has been unpacked then.
    """
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            _check(archive.infolist(), len(data), name)
            return {one.filename: archive.read(one) for one in archive.infolist() if not one.is_dir()}
    except _DAMAGED as error:
        raise InputError(
            Problem("zip", "the file is a damaged or unusual zip archive.", name, "Save it again.")
        ) from error
    except RuntimeError as error:  # zipfile's word for a missing password
        raise InputError(
            Problem("zip", "the archive has a password.", name, "Save it without one.")
        ) from error


def _check(entries: list[zipfile.ZipInfo], size: int, name: str) -> None:
    unpacked = sum(one.file_size for one in entries)
    if any(one.compress_type not in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED} for one in entries):
        raise NotImplementedError("another compression")
    if size > MAX_BYTES or unpacked > MAX_UNPACKED or len(entries) > MAX_MEMBERS:
        message = (
            f"the archive has {size / 1e6:.1f} MB, {unpacked / 1e6:.1f} MB unpacked, in {len(entries):,} files; "
            f"the limits are {MAX_BYTES / 1e6:.0f} MB, {MAX_UNPACKED / 1e6:.0f} MB and {MAX_MEMBERS:,}."
        )
        raise InputError(Problem("too-large", message, name, "Use one feeder or district of the network."))
    if unpacked > MAX_RATIO * max(size, 1_000):
        message = f"the archive unpacks to {unpacked / size:,.0f} times its size; the limit is {MAX_RATIO}."
        raise InputError(Problem("too-large", message, name, "Save it again from the program that made it."))
