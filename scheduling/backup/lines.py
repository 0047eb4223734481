"""The file of a backup: gzip of JSON lines, closed by their number and SHA-256.

First a head; then for each table a line that names it, its fields and how many
rows follow, and the rows as lists; last the closing line. A file that was cut
short or changed by one bit has no right closing line.
"""

import gzip
import json
import os
import zlib
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from hashlib import sha256
from io import BufferedWriter
from pathlib import Path
from typing import Any, BinaryIO

FORMAT, VERSION = "anneal-backup", 1
DAMAGED = "It is damaged or cut short."
Put = Callable[[Any], None]


class Unusable(Exception):
    """One sentence for people: why a backup cannot be written, or not be restored."""


@contextmanager
def written(path: Path, force: bool) -> Iterator[Put]:
    """Give a function that writes one value as a line; after the block the file is closed, checked and renamed.

    Until then it is called FILE.partial, and it goes away if anything fails.
    Readable by its owner alone: it holds addresses and hashes of passwords.
    Unusable if the file is there, unless `force`, or cannot be written.
    """
    with _in_a_sentence(path):
        _refuse_to_overwrite(path, force)
        partial = path.with_name(f"{path.name}.partial")
        partial.unlink(missing_ok=True)  # of a run that was killed
        with open(partial, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as raw:
            try:
                with _packed(raw) as put:
                    yield put
                raw.flush()
                os.fsync(raw.fileno())
                check(partial)
                _refuse_to_overwrite(path, force)
                partial.replace(path)
            except BaseException:
                partial.unlink(missing_ok=True)
                raise
        _keep_the_name(path)


@contextmanager
def _packed(raw: BinaryIO) -> Iterator[Put]:
    """Give a function that writes one value as a line; the closing line follows the block.

    Keys are in order and the time is not packed in, so that equal rows make
    equal bytes on either engine.
    """
    digest, number = sha256(), 0
    encode = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"), sort_keys=True).encode
    with gzip.GzipFile("", "wb", 6, raw, mtime=0) as packer, BufferedWriter(packer, 1 << 20) as packed:

        def put(value: Any) -> None:
            nonlocal number
            line = encode(value).encode() + b"\n"
            digest.update(line)
            packed.write(line)
            number += 1

        yield put
        put({"lines": number, "sha256": digest.hexdigest()})


def read(path: Path) -> Generator[tuple[int, bytes], None, None]:
    """Yield each line with its number, the head first, without the closing line.

    Unusable if it is no backup of a version known here, and, once all lines have
    been seen, if the closing line does not fit them. Never in memory whole.
    """
    digest, number = sha256(), 0
    with _in_a_sentence(path), gzip.open(path, "rb") as stream:
        line = stream.readline()
        _refuse_unknown(path, line)
        for number, following in enumerate(stream, 1):
            digest.update(line)
            yield number, line
            line = following
    if line != b'{"lines":%d,"sha256":"%s"}\n' % (number, digest.hexdigest().encode()):
        raise Unusable(f"{path}: {DAMAGED}")


def check(path: Path) -> dict[str, Any]:
    """Read the whole file and return its head; Unusable unless every byte is as it was written."""
    lines = read(path)
    head = next(lines, None)
    for _ in lines:
        pass
    if head is None:
        raise Unusable(f"{path}: {DAMAGED}")
    found: dict[str, Any] = json.loads(head[1])
    return found


def _refuse_unknown(path: Path, line: bytes) -> None:
    try:
        head = json.loads(line)
    except ValueError:
        head = None
    if not isinstance(head, dict) or head.get("format") != FORMAT:
        raise Unusable(f"{path} is not a backup of Anneal.")
    if head.get("version") != VERSION:
        raise Unusable(
            f"{path} is a backup in version {head.get('version')} of the format, and this site reads version"
            f" {VERSION}: restore it with the version of Anneal that wrote it."
        )


def _refuse_to_overwrite(path: Path, force: bool) -> None:
    if path.is_dir():
        raise Unusable(f"{path} is a folder: give the name of a file.")
    if path.exists() and not force:
        raise Unusable(f"{path} is there already: give another name, or --force to overwrite it.")


def _keep_the_name(path: Path) -> None:
    """Let the file's new name outlast a power failure."""
    folder = os.open(path.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


@contextmanager
def _in_a_sentence(path: Path) -> Iterator[None]:
    """Turn what the system says about the file into Unusable."""
    try:
        yield
    except gzip.BadGzipFile as error:
        whole = not str(error).startswith("Not a gzipped file")
        raise Unusable(f"{path}: {DAMAGED}" if whole else f"{path} is not a backup of Anneal.") from error
    except (EOFError, zlib.error) as error:
        raise Unusable(f"{path}: {DAMAGED}") from error
    except OSError as error:
        raise Unusable(f"{path}: {error.strerror or error}.") from error
