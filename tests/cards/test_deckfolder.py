from pathlib import Path

from cards import deckfolder

DECK = Path(__file__).parent.parent / "fixtures" / "deck-small"


def test_codespells_dictionary_is_read():
    assert deckfolder.read_misspellings()["seperate"] == "separate"


def test_words_of_a_source_article_are_found_by_the_tool(tmp_path):
    tool = tmp_path / "tool.py"
    tool.write_text("import sys; print(f'{sys.argv[1]}:7: eight words in a row')")

    (finding,) = deckfolder.copied_words(tool, [DECK / "llm" / "inference.yaml"])
    assert (finding.line, finding.severity, finding.value) == (7, "fail", "eight words in a row")


def test_a_file_that_is_not_utf8_names_line_and_byte(tmp_path):
    path = tmp_path / "x.yaml"
    path.write_bytes(b"topic: x\ncards: \xff\n")

    _, (problem,) = deckfolder.read_texts([path])
    assert (problem.line, problem.message) == (2, "is not UTF-8: byte 0xff")


def test_the_root_of_a_deck_is_found_from_a_file():
    assert deckfolder.deck_root(DECK / "llm" / "inference.yaml") == DECK.resolve()
