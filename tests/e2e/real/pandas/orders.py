"""Write the table that the pipeline reads."""

import random
from pathlib import Path

draw = random.Random(5)
Path("data").mkdir()
with Path("data/orders.csv").open("w") as file:
    file.write("order,day,customer,country,amount\n")
    for order in range(20_000):
        day = f"2026-{draw.randint(1, 12):02}-{draw.randint(1, 28):02}"
        customer = f"c{draw.randint(1, 900):04}"
        country = draw.choice(["DE", "FR", "PL", "ES", ""])
        file.write(f"{order},{day},{customer},{country},{draw.lognormvariate(3, 1):.2f}\n")
