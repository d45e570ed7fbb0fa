r"""Shapes of secrets.

Each is as narrow as its issuer's format allows: a prefix of its own, a length, an end. Digests,
commits, UUIDs, numbers, paths and base64 contents have none of these shapes. No pattern begins
with a repetition, and each repetition is bounded, so that a hostile line costs linear time.
"""

from __future__ import annotations

import re

from auditor.model.record import Record

__all__ = ["BY_NAME", "LONGEST", "NAMED", "PATTERNS", "REDACTED", "URL", "Pattern"]

REDACTED = "[redacted]"

NAMED = "secret-by-name"
URL = "url-credentials"

# What a match may be long, in characters.
LONGEST = 32 * 1024


class Pattern(Record, frozen=True, kw_only=True):
    """One kind of secret: what is masked is the last group, or the whole match.

    ``needles`` are in lower case; without one of them in the text there is no match.
    """

    name: str
    needles: tuple[str, ...]
    regex: re.Pattern[str]


# A word begins here, also behind the escaped end of a line in JSON.
_WORD = r"(?:(?<![\w-])|(?<=\\[nrt]))"
_BASE64 = r"(?:(?<![\w+/-])|(?<=\\[nrt]))"
_END = r"(?![\w-])"
_IS = r"""["']?\s{0,4}(?:=>|[=:])\s{0,4}["']?"""
# What stands for a value is none: None, $TOKEN, <token>, {token}, %s, ***, what was masked
_NOT_EMPTY = r"""(?!(?i:none|null|true|false|undefined)\b|[\[*$<%{(\\])"""
_VALUE = r"""[^\s"'`,;&()<>\[\]{}\\]"""


def _pattern(name: str, needles: str, *alternatives: str) -> Pattern:
    whole = "|".join(f"(?:{one})" for one in alternatives)
    return Pattern(name=name, needles=tuple(needles.split()), regex=re.compile(whole, re.ASCII))


# Prefixes and lengths are those that the issuers document.
_OF_ISSUERS = (
    _pattern(
        "private-key",
        "-----begin",
        r"-----BEGIN (?:[A-Z0-9]{1,12} ){0,3}PRIVATE KEY(?: BLOCK)?-----"
        r"(?:(?:(?!-----)[\w+/=\s\\:,.()@-]){0,16000}+-----END [A-Z0-9 ]{1,40}-----"
        r"|(?:(?:\s|\\[nr]){1,8}[+-]?[A-Za-z0-9+/=]{16,100}+(?![^\s\\])){0,200}+)",
    ),
    _pattern(
        "aws-access-key-id",
        "akia asia abia acca",
        _BASE64 + r"(?:AKIA|ASIA|ABIA|ACCA)[A-Z0-9]{16}(?![\w+/-])",
    ),
    _pattern(
        "aws-secret-key",
        "secret_key secretkey secretaccesskey secret_access_key session_token sessiontoken",
        r"(?i:secret_?(?:access_?)?key)" + _IS + r"([A-Za-z0-9/+=]{40})(?![\w/+=-])",
        r"(?i:session_?token)" + _IS + r"([A-Za-z0-9/+=]{100,4000}+)",
    ),
    _pattern(
        "azure-key",
        "accountkey accesskey accesssignature q~",
        r"(?i:AccountKey|SharedAccessKey|AccessKey)=([A-Za-z0-9+/]{40,90}+={0,2})",
        r"(?i:SharedAccessSignature)=([^\s\"';]{20,1000}+)",
        r"(?<![\w~.-])[\w~.]{3}[78]Q~[\w~.-]{31,34}(?![\w~-])",
    ),
    _pattern(
        "signed-url",
        "sig= signature= x-amz-",
        r"(?<=[?&;])(?i:sig|X-Amz-Signature|X-Goog-Signature|Signature|X-Amz-Security-Token)"
        r"=([\w%+/=.~-]{30,4000}+)",
    ),
    _pattern(
        "github-token",
        "ghp_ gho_ ghu_ ghs_ ghr_ github_pat_",
        _WORD + r"gh[pousr]_[A-Za-z0-9]{36,255}+",
        _WORD + r"github_pat_\w{22,255}+",
    ),
    _pattern("gitlab-token", "gl", _WORD + r"gl(?:pat|dt|rt|ptt|cbt|soat)-[\w-]{20,100}+"),
    _pattern(
        "hugging-face-token", "hf_ api_org_", _WORD + r"(?:hf|api_org)_[A-Za-z0-9]{34,40}+" + _END
    ),
    _pattern("anthropic-key", "sk-ant-", _WORD + r"sk-ant-[\w-]{20,200}+"),
    _pattern(
        "openai-key",
        "sk-",
        _WORD + r"sk-(?:proj|svcacct|admin|None)-[\w-]{20,250}+",
        _WORD + r"sk-(?:or-v1-)?[A-Za-z0-9]{40,100}+" + _END,
    ),
    _pattern(
        "model-service-key",
        "r8_ gsk_ pplx- lsv2_ nvapi- xai-",
        _WORD + r"(?:r8_[A-Za-z0-9]{37}|gsk_[A-Za-z0-9]{52}|pplx-[A-Za-z0-9]{48})" + _END,
        _WORD + r"(?:lsv2_(?:pt|sk)_\w{30,80}+|nvapi-[\w-]{60,80}+|xai-[A-Za-z0-9]{60,100}+)",
    ),
    _pattern(
        "wandb-key",
        "wandb",
        r"(?i:wandb[_-]?(?:api[_-]?)?key)" + _IS + r"([0-9a-f]{40})(?!\w)",
        r"wandb login (?:--?[a-z]{1,12} ){0,3}([0-9a-f]{40})(?!\w)",
        _WORD + r"wandb_v1_\w{40,120}+",
    ),
    _pattern(
        "tracker-key",
        "neptune comet clearml mlflow_tracking kaggle kgat_ username",
        r"(?i:neptune_api_(?:token|key)|comet_api_key|clearml_api_(?:secret|access)_key"
        r"|mlflow_tracking_(?:password|token)|kaggle_(?:key|api_token))"
        + _IS
        + _NOT_EMPTY
        + r"([\w+/=.-]{8,1000}+)",
        r'"username"\s{0,4}:\s{0,4}"[^"\n]{1,60}"\s{0,4},\s{0,4}"key"\s{0,4}:\s{0,4}"([0-9a-f]{32})"',
        _WORD + r"KGAT_[0-9a-f]{32}" + _END,
    ),
    _pattern(
        "slack-token",
        "xox xapp- hooks.slack.com",
        _WORD + r"(?:xox[abeoprs]|xapp)-[A-Za-z0-9-]{10,250}+",
        r"hooks\.slack\.com/(?:services|workflows)/(\w{8,15}/\w{8,15}/\w{16,40}+)",
    ),
    _pattern("stripe-key", "k_live_ k_test_", _WORD + r"[rs]k_(?:live|test)_[A-Za-z0-9]{16,250}+"),
    _pattern(
        "npm-token",
        "npm_ _authtoken",
        _WORD + r"npm_[A-Za-z0-9]{36}" + _END,
        r":_authToken=\s{0,4}" + _NOT_EMPTY + r"([\w+/=.-]{8,400}+)",
    ),
    _pattern("pypi-token", "pypi-age", _WORD + r"pypi-AgE[\w-]{40,400}+"),
    _pattern(
        "jwt",
        "eyj",
        _WORD + r"eyJ[\w=-]{8,4000}+\.eyJ[\w=-]{4,8000}+(?:\.[\w+/=-]{0,4000}+)?",
    ),
    _pattern("databricks-token", "dapi", _WORD + r"dapi[0-9a-f]{32}(?:-\d)?" + _END),
    _pattern(
        "registry-auth",
        "auth dckr_",
        r'"(?:auth|identitytoken|registrytoken)"\s{0,4}:\s{0,4}"([\w+/=.-]{8,4000}+)"',
        _WORD + r"dckr_(?:pat|oat)_[\w-]{20,60}+",
    ),
    _pattern("telegram-token", ":a", r"(?<![\w-])(?:bot)?(\d{8,10}:A[\w-]{34})" + _END),
    _pattern("sendgrid-key", "sg.", _WORD + r"SG\.[\w-]{16,32}+\.[\w-]{16,64}+"),
    _pattern("twilio-key", "ac sk", _BASE64 + r"(?:AC|SK)[0-9a-f]{32}(?![\w+/-])"),
    _pattern(
        "google-key",
        "aiza ya29. gocspx-",
        _BASE64 + r"AIza[\w-]{35}" + _END,
        _WORD + r"ya29\.[\w-]{20,1000}+",
        _WORD + r"GOCSPX-[\w-]{20,60}+",
    ),
    _pattern(
        "other-service-key",
        "-us sq0csp- dop_v1_ akcp hvs. shpat_ glsa_ lin_api_ digitalocean tvly-",
        _BASE64 + r"[0-9a-f]{32}-us\d{1,2}" + _END,
        _WORD + r"sq0csp-[\w-]{43}" + _END,
        _WORD + r"(?:dop_v1_[0-9a-f]{64}|shpat_[0-9a-f]{32}|glsa_\w{32,50}+|lin_api_\w{40})" + _END,
        _WORD + r"(?:AKCp[A-Za-z0-9]{60,80}+|hvs\.[\w-]{24,200}+|tvly-[\w-]{20,60}+)",
    ),
    _pattern(
        URL,
        "://",
        r"(?<=://)[^\s/?#@:\"'<>\\]{0,200}+:(?!\[redacted\])[^\s/?#@\"'<>\\]{1,300}+(?=@)",
        r"(?<=://)[\w-]{30,300}+(?=@)",
    ),
    _pattern(
        "authorization",
        "authorization bearer",
        r"(?i:authorization)"
        + _IS
        + r"(?i:bearer|basic|token|negotiate|digest)\s{1,3}"
        + _NOT_EMPTY
        + r"([\w.~+/=-]{6,4000}+)",
        r"(?<!\w)[Bb]earer\s{1,3}(?=[A-Za-z._~+/=-]{0,40}\d)([\w.~+/=-]{20,4000}+)",
    ),
)

_TELLING = (
    r"(?i:passw(?:or)?d|passwort|passphrase|pwd|secret|api[_-]?key|apikey|access[_-]?key"
    r"|(?:auth|access|refresh|bearer)[_-]?token|private[_-]?key|credential)"
)
_WORDS = "passw passphrase pwd secret key token credential"

# What only a name makes a secret: in the text of a program it is often none.
_OF_NAMES = (
    _pattern(
        "secret-option",
        _WORDS,
        r"(?<![\w-])--(?:[A-Za-z0-9]{1,12}[_-]){0,3}(?:" + _TELLING + r"|token)(?:=|\s{1,3})['\"]?"
        r"(?![A-Z_]{2,40}\b|-)" + _NOT_EMPTY + rf"({_VALUE}{{3,400}}+)",
    ),
    _pattern(
        "secret-assignment",
        _WORDS,
        _TELLING
        + r"(?:[_-][\w-]{0,20})?+['\"]?\s{0,4}=\s{0,4}['\"]?"
        + _NOT_EMPTY
        + rf"({_VALUE}{{4,400}}+)(?![(\[])",
        _TELLING
        + r"(?:[_-][\w-]{0,20})?+['\"]?\s{0,4}:\s{0,4}['\"]?"
        + _NOT_EMPTY
        + rf"(?={_VALUE}{{0,400}}\d)({_VALUE}{{6,400}}+)(?![(\[])",
        _TELLING
        + r"(?:[_-][\w-]{0,20})?+['\"]?\s{0,4}:\s{0,4}['\"]"
        + _NOT_EMPTY
        + rf"({_VALUE}{{6,400}}+)(?=['\"])",
        r"(?<![A-Za-z])(?i:token)"
        + _IS
        + r"(?=[\w.+/=-]{0,400}\d)(?=[\d.+/=-]{0,400}[A-Za-z])([\w.+/=-]{16,400}+)(?![(\[])",
    ),
)

BY_NAME = frozenset({pattern.name for pattern in _OF_NAMES} | {NAMED})
PATTERNS = (*_OF_ISSUERS, *_OF_NAMES)
