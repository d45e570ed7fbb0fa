"""Number the words of a text, in the order in which a set happens to give them."""

import re
from pathlib import Path


def vocabulary(text):
    """Return each distinct word with its number. The order of a set of strings is the mistake."""
    words = set(re.findall(r"[a-z]+", text.lower()))
    return {word: number for number, word in enumerate(words)}


def main():
    numbers = vocabulary(Path("text.txt").read_text())
    lines = (f"{number}\t{word}\n" for word, number in numbers.items())
    Path("vocabulary.tsv").write_text("".join(lines))
    print(f"{len(numbers)} words")


if __name__ == "__main__":
    main()
