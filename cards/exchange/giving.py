"""The shared bank, or a part of it -> a file, by its ending."""

from pathlib import Path

from cards.exchange import anki_out, files, rows
from cards.models import CardQuerySet


def give(path: Path, cards: CardQuerySet) -> str:
    """Write main cards with all that hangs on them, and return what was written as a sentence.

    An Anki package holds the published ones. OSError if the file cannot be
    written, ValueError if it cannot hold the cards. Some ten statements.
    """
    if path.suffix == ".apkg":
        return f"{anki_out.write(path, cards)} notes in {path}."
    records = [rows.record_of(card) for card in cards]
    cited = {key for record in records for key in record.sources}
    sources = {key: source for key, source in rows.known_sources().items() if key in cited}
    files.write(path, records, sources)
    return f"{len(records)} cards and {len(sources)} sources in {path}."
