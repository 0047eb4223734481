"""A file, whole or not there."""

import os
import uuid
from pathlib import Path


def put(path: Path, content: bytes) -> None:
    """Put the content where the path is, in one step; an OSError leaves what was there."""
    beside = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with beside.open("xb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        beside.replace(path)
    finally:
        beside.unlink(missing_ok=True)
