from __future__ import annotations

from types import ModuleType

import msgspec

from auditor.model.audit import Audit
from auditor.render.view.blocks import Bounds, Heading, Lines, Pictures, Table
from auditor.render.view.closer import closer

BOUNDS = Bounds(rows=10, cards=5, lines=10)


def with_picture(samples: ModuleType, data: str) -> Audit:
    audit = samples.diverged()
    picture = msgspec.structs.replace(samples.PICTURE, difference=data)
    items = tuple(msgspec.structs.replace(item, pictures=(picture,)) for item in audit.items[:1])
    return msgspec.structs.replace(audit, items=items)


def test_arrays_curves_pictures_and_masks_are_shown(samples: ModuleType) -> None:
    blocks = closer(samples.diverged(), BOUNDS)
    kinds = [type(block) for block in blocks]
    assert kinds == [Heading, Table, Pictures, Lines, Heading, Table]
    arrays, masks = (block for block in blocks if isinstance(block, Table))
    assert arrays.rows[0][0].lines[0] == "encoder.layers.0.self_attn.in_proj_weight"
    assert masks.rows[0][3].lines == ("12.3s → 12.9s", "0.4 s → 0.6 s")


def test_an_audit_without_them_has_no_closer_look(samples: ModuleType) -> None:
    assert closer(samples.audit(verdict="identical", items=()), BOUNDS) == []


def test_what_is_no_base64_is_no_picture(samples: ModuleType) -> None:
    blocks = closer(with_picture(samples, '"><script>'), BOUNDS)
    (pictures,) = (block for block in blocks if isinstance(block, Pictures))
    assert [image.label for image in pictures.images] == ["Original", "Replay"]
