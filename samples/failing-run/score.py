"""Score answers one by one, and stop at the first that is no number."""

import csv
import sys


def main():
    with open("answers.csv", newline="") as answers, open("scores.csv", "w") as scores:
        scores.write("student,score\n")
        for number, row in enumerate(csv.DictReader(answers), start=1):
            print(f"scoring {row['student']}")
            try:
                points = float(row["points"])
            except ValueError:
                sys.exit(f"answers.csv, row {number}: {row['points']!r} is not a number")
            scores.write(f"{row['student']},{points / 40:.3f}\n")


if __name__ == "__main__":
    main()
