// Looks for secrets in every file that git has or would take. The patterns are of keys that we or our neighbours use, with the length
// of real ones; gitleaks looks in the pipeline, with its own hundreds, through the history too. Says where, never what.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { run } from './python-tools.ts';

/** On the line itself, with the reason: for keys that somebody made up. */
const NOT_A_SECRET = /not a secret: \w/;
const FILE_BYTES_MAX = 5 * 1_048_576;

const PATTERNS: readonly (readonly [string, RegExp])[] = [
  ['a Stripe key', /\b[rs]k_(?:live|test)_[A-Za-z0-9]{24,}\b/],
  ['a Stripe webhook secret', /\bwhsec_[A-Za-z0-9]{32,}\b/],
  ['a Square access token', /\bEAAA[A-Za-z0-9_-]{60}\b/],
  ['an AWS access key', /\b(?:AKIA|ASIA)(?!IOSFODNN7EXAMPLE)[A-Z2-7]{16}\b/],
  ['an AWS secret key', /aws_secret_access_key["']?\s*[:=]\s*["']?[A-Za-z0-9/+]{40}\b/i],
  ['a private key', /-----BEGIN (?:RSA |EC |OPENSSH |ENCRYPTED )?PRIVATE KEY-----\s*[A-Za-z0-9+/=]{20}/],
  ['a GitHub token', /\b(?:gh[pousr]_[A-Za-z0-9]{36}|github_pat_[A-Za-z0-9_]{60,})\b/],
  ['an npm token', /\bnpm_[A-Za-z0-9]{36}\b/],
  ['a Slack hook', /hooks\.slack\.com\/services\/T[A-Z0-9]{8,}\/B[A-Z0-9]{8,}\/[A-Za-z0-9]{24}/],
  ['a Slack token', /\bxox[abpr]-[A-Za-z0-9-]{20,}/],
  ['a Temporal Cloud key', /\beyJhbGciOi[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}/],
  [
    'a password in a URL',
    /\b[a-z][a-z0-9+]*:\/\/[\w.-]+:(?=[^\s@'"`/]*\d)(?=[^\s@'"`/]*[A-Za-z])[^\s@'"`/$<>{}*]{20,}@/,
  ],
];

export function secretsCheck(root: string): InfraCheck {
  return {
    name: 'secrets',
    run: async () => {
      const listed = await run('git', ['ls-files', '--cached', '--others', '--exclude-standard', '-z'], { cwd: root });
      if (listed.code !== 0) throw new Error(`git does not list the files: ${listed.stderr.trim()}`);
      const files = [...new Set(listed.stdout.split('\0'))].filter((file) => file !== '');
      const problems: string[] = [];
      for (const file of files) {
        const text = await textOf(join(root, file));
        problems.push(...secretProblems(text).map((problem) => `${file}:${problem}`));
      }
      return { checked: `${files.length} files for ${PATTERNS.length} kinds of keys`, problems };
    },
  };
}

/** "12: a Stripe key", one for each line that holds one. */
export function secretProblems(text: string): string[] {
  const lines = text.split('\n');
  return PATTERNS.flatMap(([what, pattern]) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].flatMap(({ index }) => {
      const line = text.slice(0, index).split('\n').length;
      return NOT_A_SECRET.test(lines[line - 1] ?? '') ? [] : [`${line}: ${what}`];
    }),
  );
}

/** Empty for what is deleted, a folder, or no text. */
async function textOf(path: string): Promise<string> {
  const bytes = await readFile(path).catch(() => Buffer.alloc(0));
  return bytes.length > FILE_BYTES_MAX || bytes.includes(0) ? '' : bytes.toString('utf8');
}
