// Looks for secrets in every file that git has or would take, and in their names. gitleaks looks in the pipeline, with its own hundreds of
// patterns, through the history too. Says where, never what.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { listedFiles } from './listed-files.ts';
import { assignedSecrets, PATTERNS, SECRET_FILE } from './secret-patterns.ts';

/** On the line itself, with the reason: for keys that somebody made up. */
const NOT_A_SECRET = /not a secret: \w/;
const FILE_BYTES_MAX = 5 * 1_048_576;
const NAMED = 'what looks like a password, token or key';
const NEXT = 'revoke it, then take it out (made up? end its line with "not a secret: WHY")';

export function secretsCheck(root: string): InfraCheck {
  return {
    name: 'secrets',
    run: async () => {
      const files = await listedFiles(root);
      const problems: string[] = [];
      for (const file of files) {
        const bytes = await readFile(join(root, file)).catch(() => Buffer.alloc(0));
        if (SECRET_FILE.test(file)) problems.push(`${file}: is a file of keys: ${NEXT}`);
        if (bytes.length > FILE_BYTES_MAX)
          problems.push(`${file}: is larger than ${FILE_BYTES_MAX} bytes: not looked at`);
        else problems.push(...secretProblems(textOf(bytes)).map((problem) => `${file}:${problem}; ${NEXT}`));
        // As if the name stood in the file.
        problems.push(...secretProblems(file).map(() => `a file has a key in its name; ${NEXT}`));
      }
      return { checked: `${files.length} files for ${PATTERNS.length + 1} kinds of keys`, problems };
    },
  };
}

/** "12: a Stripe key", one for each line and kind. */
export function secretProblems(text: string): string[] {
  const lines = text.split('\n');
  const shaped = PATTERNS.flatMap(([what, pattern]) =>
    [...text.matchAll(new RegExp(pattern, `${pattern.flags}g`))].map(({ index }) => ({ what, index })),
  );
  const named = assignedSecrets(text).map((index) => ({ what: NAMED, index }));
  const found = [...shaped, ...named].map(({ what, index }) => ({
    what,
    line: text.slice(0, index).split('\n').length,
  }));
  const said = new Set(shaped.length === 0 ? [] : found.filter(({ what }) => what !== NAMED).map(({ line }) => line));
  const problems = found
    // Whose issuer is known needs no second line.
    .filter(({ what, line }) => what !== NAMED || !said.has(line))
    .filter(({ line }) => !NOT_A_SECRET.test(lines[line - 1] ?? ''))
    .map(({ what, line }) => `${line}: ${what}`);
  return [...new Set(problems)];
}

/** Without the zeros that UTF-16 puts between letters, and programs between texts. */
function textOf(bytes: Buffer): string {
  return bytes.toString('utf8').replaceAll('\0', '');
}
