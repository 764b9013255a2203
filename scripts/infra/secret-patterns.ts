// What a secret looks like: by the shape that its issuer gave it, or by the name it is assigned to and a value that nobody would think of.
// Base64 of a key, a key put together from parts, and a password made of words are not found.

/** With the length of real ones, so that "sk_test_123" of a manual is none. */
export const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['a Stripe key', /\b(?:[rs]k|sk_org)_(?:live|test)_[A-Za-z0-9]{24,}\b/],
  ['a Stripe webhook secret', /\bwhsec_[A-Za-z0-9]{32,}\b/],
  ['a PayPal access token', /\baccess_token\$(?:production|sandbox)\$[a-z0-9]{16}\$[0-9a-f]{32}\b|\bA21AA[\w-]{60,}/],
  ['a Square access token', /\b(?:EAAA[A-Za-z0-9_-]{60}|sq0atp-[\w-]{22}|sq0csp-[\w-]{43})(?![\w-])/],
  ['an AWS access key', /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b/],
  [
    'an AWS secret key',
    /(?:secret_?access_?key|aws_?secret_?key)["']?\s*[:=]\s*["']?(?!\w*[\w/]*EXAMPLEKEY)[A-Za-z0-9/+]{40}(?![\w/+])/i,
  ],
  [
    'a private key',
    /-----BEGIN [A-Z0-9 ]*PRIVATE KEY(?: BLOCK)?-----[\s\S]{0,200}?(?:\\n|\s|["'`+])[A-Za-z0-9+/=]{40}/,
  ],
  ['a private key', /\bPuTTY-User-Key-File-\d|\bAGE-SECRET-KEY-1[0-9A-Z]{58}\b/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b/],
  ['a GitLab token', /\bgl(?:pat|ptt|dt|rt|cbt)-[\w-]{20,}/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b|:_authToken=[\w+/-]{20,}|\b_auth=[A-Za-z0-9+/]{20,}/],
  ['a PyPI token', /\bpypi-[\w-]{60,}/],
  ['a Docker token', /\bdckr_(?:pat|oat)_[\w-]{27,}/],
  [
    'a Slack hook',
    /hooks\.slack\.com\/(?:services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{24}|(?:triggers|workflows)\/T[A-Z0-9]{8,}\/\w{10,}\/\w{20,})/,
  ],
  ['a Slack token', /\b(?:xox[abeprs]|xapp|xoxe\.xox[bp])-[A-Za-z0-9-]{20,}/],
  ['a Google key', /\bAIza[\w-]{35}(?![\w-])|\bGOCSPX-[\w-]{28}(?![\w-])|"private_key_id":\s*"[0-9a-f]{40}"/],
  ['a mail service key', /\bSG\.[\w-]{22}\.[\w-]{43}\b|\bkey-[0-9a-f]{32}\b/],
  ['a Twilio key', /\bSK[0-9a-f]{32}\b/],
  ['a Telegram token', /\b\d{8,10}:AA[\w-]{33}(?![\w-])/],
  ['a DigitalOcean token', /\bdo[opr]_v1_[0-9a-f]{64}\b/],
  ['a key of a language model', /\bsk-(?:proj-|ant-(?:api|admin)\d\d-|svcacct-)[\w-]{40,}/],
  ['an Azure key', /\bAccountKey=[A-Za-z0-9+/]{80,}={0,2}/],
  ['a HashiCorp token', /\bhv[bs]\.[\w-]{60,}|\b[A-Za-z0-9]{14}\.atlasv1\.[\w-]{60,}/],
  ['a signed token (JWT, Temporal Cloud)', /\beyJ[A-Za-z0-9_-]{15,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{20,}/],
  ['credentials in a header', /\bauthorization["']?\s*[:=]\s*["'`]?(?:bearer|basic)\s+(?=[\w.+/-]*\d)[\w.+/-]{20,}=*/i],
  [
    'a password in a URL',
    /\b[a-z][a-z0-9+]*:\/\/[\w.-]*:(?=[^\s@'"`/]*\d[^\s@'"`/]*\d)(?=[^\s@'"`/]*[A-Za-z])[^\s@'"`/$<>{}*]{8,}@(?!localhost|127\.0\.0\.1)/,
  ],
];

/** Files that hold nothing but a secret, whatever is in them. */
export const SECRET_FILE = /(?:^|\/)(?:id_(?:rsa|dsa|ecdsa|ed25519)|[^/]+\.(?:p12|pfx|jks|keystore|ppk|kdbx))$/;

const NAME = String.raw`\w*(?:passw(?:or)?d|passphrase|pwd|secret|token|credentials?|(?:api|access|private|client|token|data|codec|encryption|signing|auth)[_-]?key)`;
const ASSIGNED = new RegExp(
  String.raw`(?<![\w$])["']?${NAME}["']?[ \t]*(?::|=)[ \t]*(?:"([^"\n]{12,})"|'([^'\n]{12,})'|([\w+/=.-]{16,})(?=[\s,;})]|$))`,
  'gim',
);
/** A word of people, in one case or capitalised: what is left without them is what a generator made. */
const WORD = /[A-Z]?[a-z]{4,}|[A-Z]{5,}/g;
const RANDOM_CHARACTERS_MIN = 10;
const DIGITS_MIN = 2;
// Of so many letters drawn from all, one in a hundred has no digit but one.
const LONG_CHARACTERS_MIN = 14;
const VALUE = /^[\w+/=.~!@#$%^&*?-]+$/;
/** Says where the value is: a file, an address, a name of a secret, a variable. */
const REFERENCE =
  /EXAMPLE|^(?:file|aws-secret|env|arn|https?|s3|sha\d+|data):|^[./]|\$\{|\{\{|^\$|^\w+\(|^\d{4}-\d\d-\d\d/;

/** Where a value that only a generator makes is assigned to the name of a secret. */
export function assignedSecrets(text: string): number[] {
  return [...text.matchAll(ASSIGNED)]
    .filter(([, double, single, bare]) => isRandom(double ?? single ?? bare ?? ''))
    .map(({ index }) => index);
}

function isRandom(value: string): boolean {
  if (REFERENCE.test(value) || !VALUE.test(value)) return false;
  const parts = value.split(/[-_./=]/).filter((part) => !/^(?:[a-z]+|[A-Z]+|[A-Z][a-z]+)$/.test(part));
  const left = parts.join('').replace(WORD, '');
  const digits = left.replace(/\D/g, '').length;
  const digitsMin = left.length >= LONG_CHARACTERS_MIN ? 1 : DIGITS_MIN;
  return left.length >= RANDOM_CHARACTERS_MIN && digits >= digitsMin && digits < left.length && !repeats(left);
}

/** 0000…, abcabc…, 0123456789: somebody typed it. */
function repeats(value: string): boolean {
  return (
    new Set(value).size < Math.min(value.length * 0.45, 9) || '0123456789abcdef0123456789'.includes(value.slice(0, 10))
  );
}
