"""Train a small network on two moons, on the CPU, and save its weights."""

import json
import math
from pathlib import Path

import torch
from torch import nn

torch.manual_seed(11)
torch.use_deterministic_algorithms(mode=True)
angle = torch.rand(2000) * math.pi
side = torch.randint(0, 2, (2000,))
x = torch.stack((torch.cos(angle), torch.sin(angle)), dim=1)
x = torch.where(side[:, None] == 1, torch.tensor([1.0, 0.5]) - x, x) + 0.1 * torch.randn(2000, 2)
model = nn.Sequential(nn.Linear(2, 32), nn.Tanh(), nn.Dropout(0.1), nn.Linear(32, 2))
optimiser = torch.optim.Adam(model.parameters(), lr=0.01)
history = []
for epoch in range(8):
    order = torch.randperm(len(x))
    for batch in order.split(64):
        loss = nn.functional.cross_entropy(model(x[batch]), side[batch])
        optimiser.zero_grad()
        loss.backward()
        optimiser.step()
    history.append(loss.item())
    print(f"epoch {epoch}: {loss.item():.4f}")
model.eval()
accuracy = (model(x).argmax(dim=1) == side).float().mean().item()
Path("out").mkdir()
torch.save(model.state_dict(), "out/model.pt")
Path("out/metrics.json").write_text(json.dumps({"accuracy": accuracy, "loss": history}))
