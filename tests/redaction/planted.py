"""Secrets that nobody has: made up, and put together here so that no scanner finds them."""

from __future__ import annotations

__all__ = ["planted"]

_LETTERS = "aZ3kQ9xW7bN2mR5tY8cV1pL4sD6fG0hJ"
_HEX = "3f9a1c7e5b2d8046"


def _letters(count: int) -> str:
    return (_LETTERS * (count // len(_LETTERS) + 1))[:count]


def _hex(count: int) -> str:
    return (_HEX * (count // len(_HEX) + 1))[:count]


def planted() -> dict[str, list[str]]:
    """Return lines with one secret each, by the name of their pattern."""
    upper = _letters(16).upper()
    jwt = ".".join(("eyJ" + "hbGciOiJIUzI1NiJ9", "eyJ" + "zdWIiOiIxMjM0In0", _letters(43)))
    dashes = "-" * 5
    return {
        "private-key": [
            (
                f"{dashes}BEGIN RSA PRIVATE KEY{dashes}\n{_letters(64)}\n"
                f"{dashes}END RSA PRIVATE KEY{dashes}"
            ),
        ],
        "aws-access-key-id": ["id " + "AKI" + "A" + upper],
        "aws-secret-key": ["aws_secret_access_" + "key = " + _letters(40)],
        "azure-key": ["Account" + "Key=" + _letters(86) + "=="],
        "signed-url": ["https://h/x?sv=1&si" + "g=" + _letters(43)],
        "github-token": ["gh" + "p_" + _letters(36), "github" + "_pat_" + _letters(40)],
        "gitlab-token": ["glp" + "at-" + _letters(20)],
        "hugging-face-token": ["h" + "f_" + _letters(34)],
        "anthropic-key": ["sk-" + "ant-api03-" + _letters(80)],
        "openai-key": [
            "sk-" + _letters(20) + "T3Blbk" + "FJ" + _letters(20),
            "sk-" + "proj-" + _letters(60),
        ],
        "model-service-key": ["gs" + "k_" + _letters(52)],
        "wandb-key": ["WANDB_API_" + "KEY=" + _hex(40)],
        "tracker-key": ["COMET_API_" + "KEY=" + _letters(25)],
        "slack-token": ["xo" + "xb-123456789012-" + _letters(24)],
        "stripe-key": ["sk_" + "live_" + _letters(24)],
        "npm-token": ["np" + "m_" + _letters(36)],
        "pypi-token": ["pypi-" + "AgEIcHlwaS5vcmc" + _letters(70)],
        "jwt": [jwt],
        "databricks-token": ["dap" + "i" + _hex(32)],
        "registry-auth": ['{"au' + 'th": "' + _letters(24) + '"}'],
        "telegram-token": ["11020148" + "06:AA" + _letters(33)],
        "sendgrid-key": ["S" + "G." + _letters(22) + "." + _letters(43)],
        "twilio-key": ["S" + "K" + _hex(32)],
        "google-key": ["AI" + "za" + _letters(35)],
        "other-service-key": [_hex(32) + "-us" + "12"],
        "url-credentials": ["postgres://user:" + _letters(12) + "@host/db"],
        "authorization": ["Authorization: " + "Basic " + _letters(20)],
        "secret-option": ["train --pass" + "word " + _letters(10)],
        "secret-assignment": ["pass" + 'word = "' + _letters(12) + '"'],
    }
