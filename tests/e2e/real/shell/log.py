"""Write the web server's log that the pipeline reads."""

import random
from pathlib import Path

draw = random.Random(9)
with Path("access.log").open("w") as file:
    for _ in range(30_000):
        host = f"10.0.{draw.randint(0, 3)}.{draw.randint(1, 60)}"
        status = draw.choices([200, 304, 404, 500], [80, 10, 8, 2])[0]
        page = draw.choice(["/", "/about", "/data", "/data/train.csv", "/login"])
        print(host, page, status, draw.randint(100, 90_000), file=file)
