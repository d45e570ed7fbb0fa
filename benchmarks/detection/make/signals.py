"""TensorBoard event files and sound."""

from __future__ import annotations

import io
import struct
import tempfile
import wave
from collections.abc import Iterator
from pathlib import Path

import numpy as np
from content import history
from pair import Pair, harmless, planted
from tensorboard.compat.proto.event_pb2 import Event
from tensorboard.compat.proto.summary_pb2 import Summary
from tensorboard.summary.writer.record_writer import RecordWriter

__all__ = ["pairs"]

RATE = 8000  # samples a second


def pairs() -> Iterator[Pair]:
    """Make the pairs."""
    yield from _tensorboard_harmless()
    yield from _tensorboard_planted()
    yield from _wav_harmless()
    yield from _wav_planted()


def _events(
    curve: dict[str, list[float]], *, first: int = 1, start: float = 1772442846.1, pace: float = 3.4
) -> bytes:
    """Return the event file of scalars by tag, one a step, ``pace`` seconds apart."""
    buffer = io.BytesIO()
    writer = RecordWriter(buffer)
    writer.write(Event(wall_time=start, file_version="brain.Event:2").SerializeToString())
    for step, values in enumerate(zip(*curve.values(), strict=True), first):
        for tag, value in zip(curve, values, strict=True):
            summary = Summary(value=[Summary.Value(tag=tag, simple_value=value)])
            event = Event(wall_time=start + pace * step, step=step, summary=summary)
            writer.write(event.SerializeToString())
    return buffer.getvalue()


def _curve() -> dict[str, list[float]]:
    table = history()
    return {"loss/train": table.loss.tolist(), "accuracy": table.accuracy.tolist()}


def _torch_events(start: float) -> bytes:
    """Return what PyTorch's writer writes, the time of its first record included."""
    from torch.utils.tensorboard import SummaryWriter  # noqa: PLC0415 - slow, and needed here only

    with tempfile.TemporaryDirectory() as folder:
        with SummaryWriter(folder) as writer:
            for tag, values in _curve().items():
                for step, value in enumerate(values):
                    writer.add_scalar(tag, value, step, walltime=start + step)
        return next(Path(folder).iterdir()).read_bytes()


def _tensorboard_harmless() -> Iterator[Pair]:
    name = "events.out.tfevents.1772442846.gpu-node-07.412.0"
    yield harmless(
        "tensorboard-wall-times",
        name,
        _events(_curve()),
        _events(_curve(), start=1779227113.7, pace=3.9),
        "The same values at the same steps, logged at another time.",
    )
    yield harmless(
        "tensorboard-logged-again",
        name,
        _torch_events(1772442846.5),
        _torch_events(1779227113.5),
        "The same scalars, written by PyTorch at another time.",
    )
    noisy = {tag: [value * (1 + 1e-7) for value in values] for tag, values in _curve().items()}
    yield harmless(
        "tensorboard-last-bit",
        name,
        _events(_curve()),
        _events(noisy),
        "Values differ in the last bits of a float32.",
    )


def _tensorboard_planted() -> Iterator[Pair]:
    curve = _curve()

    def change(name: str, why: str, other: bytes) -> Pair:
        return planted(
            name, "events.out.tfevents.1772442846.gpu-node-07.412.0", _events(curve), other, why
        )

    loss, accuracy = curve["loss/train"], curve["accuracy"]
    other = [*accuracy[:7], accuracy[7] - 0.01, *accuracy[8:]]
    yield change(
        "tensorboard-value", "One accuracy is 0.01 lower.", _events({**curve, "accuracy": other})
    )
    yield change(
        "tensorboard-step-off-by-one",
        "Steps count from 0 instead of from 1.",
        _events(curve, first=0),
    )
    yield change(
        "tensorboard-step-missing",
        "The last step is missing.",
        _events({tag: values[:-1] for tag, values in curve.items()}),
    )
    yield change(
        "tensorboard-tag-renamed",
        "A tag has another name.",
        _events({"loss": loss, "accuracy": accuracy}),
    )


def _tone(channels: int = 1, seconds: float = 0.8) -> np.ndarray:
    time = np.arange(int(RATE * seconds)) / RATE
    pitch = [220 + 110 * channel for channel in range(channels)]
    tones = [np.sin(2 * np.pi * one * time) * np.exp(-3 * time) for one in pitch]
    return (np.stack(tones, 1) * 20000).astype("<i2")


def _wav(sound: np.ndarray, rate: int = RATE) -> bytes:
    buffer = io.BytesIO()
    with wave.open(buffer, "wb") as file:
        file.setnchannels(sound.shape[1])
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(sound.tobytes())
    return buffer.getvalue()


def _with_chunk(sound: bytes, name: bytes, data: bytes, *, last: bool = True) -> bytes:
    """Return the file with a chunk more, before or after the samples."""
    chunk = name + struct.pack("<I", len(data)) + data + b"\0" * (len(data) % 2)
    at = len(sound) if last else sound.index(b"data")
    body = sound[8:at] + chunk + sound[at:]
    return b"RIFF" + struct.pack("<I", len(body)) + body


def _info(date: bytes) -> bytes:
    return b"INFO" + b"ICRD" + struct.pack("<I", len(date)) + date


def _wav_harmless() -> Iterator[Pair]:
    plain = _wav(_tone())
    yield harmless(
        "wav-date",
        "sample.wav",
        _with_chunk(plain, b"LIST", _info(b"2026-03-02")),
        _with_chunk(plain, b"LIST", _info(b"2026-05-19")),
        "The file says when it was recorded.",
    )
    yield harmless(
        "wav-chunk-before-samples",
        "sample.wav",
        plain,
        _with_chunk(plain, b"JUNK", bytes(28), last=False),
        "A chunk of padding stands before the samples, as other programs write it.",
    )


def _wav_planted() -> Iterator[Pair]:
    sound, stereo = _tone(), _tone(2, 0.4)
    silenced = sound.copy()
    silenced[200:210] = 0

    def change(name: str, why: str, a: bytes, b: bytes) -> Pair:
        return planted(name, "sample.wav", a, b, why)

    yield change(
        "wav-shifted", "The sound begins one sample later.", _wav(sound), _wav(np.roll(sound, 1, 0))
    )
    yield change("wav-rate", "The same samples at another rate.", _wav(sound), _wav(sound, 11025))
    yield change(
        "wav-channels-swapped",
        "Left and right are swapped.",
        _wav(stereo),
        _wav(stereo[:, ::-1].copy()),
    )
    yield change(
        "wav-click",
        "Ten samples are zero.",
        _wav(sound),
        _wav(silenced),
    )
