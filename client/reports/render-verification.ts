// Decides how the result of verifying a file is written, for people and for programs. Pure.
import { isIntact, type Verification } from '../../activities/report/verify/verification.ts';
import { oneLine } from '../terminal/one-line.ts';
import type { Palette } from '../terminal/palette.ts';

export function verificationJson(found: Verification): object {
  const { file, format, said, checks } = found;
  return {
    file,
    format,
    intact: isIntact(found),
    run: said?.run ?? null,
    resultDigest: said?.resultDigest ?? null,
    listDigest: said?.listDigest ?? null,
    count: said?.listedCount ?? null,
    checks,
  };
}

export function renderVerification(palette: Palette, found: Verification, withRun: boolean): string {
  const { file, said, checks } = found;
  const about = said === null ? '' : `, the report of ${oneLine(said.run)}`;
  const lines = checks.map(({ name, passed, detail }) => {
    const mark = passed ? palette.good('✓') : palette.bad('✗');
    return `  ${mark} ${name}: ${oneLine(detail)}`;
  });
  const verdict = isIntact(found)
    ? withRun
      ? 'Intact: it is what its run found.'
      : 'Intact: nothing in it contradicts what it says of itself. Add --database to compare it with its run.'
    : 'Broken: do not rely on this file; publish or fetch the report again.';
  return [`${palette.heading(oneLine(file))}${about}`, ...lines, verdict].join('\n');
}
