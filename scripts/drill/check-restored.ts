// Decides whether a restored database is what it was: `recon audit verify --deep` against the anchors, and `recon replay` of its
// runs, as processes of their own, as an operator types them. Reads only.
import { type CliAnswer, recon } from '../../client/cli-processes-for-tests.ts';

export interface RestoredDatabase {
  readonly configFile: string;
  /** A login of role recon_auditor. */
  readonly auditorUrl: string;
}

export interface Check {
  readonly what: string;
  readonly ok: boolean;
  /** What the command said, where it was not what it should be. */
  readonly said: string;
  readonly ms: number;
}

const AUDITOR = 'RECON_DRILL_AUDITOR';
const SAID_CHARS_MAX = 2_000;

export function verifyAudit(restored: RestoredDatabase): Promise<Check> {
  return check('audit verify --deep: chains, anchors, results, reports, functions, grants', restored, 0, [
    ...['audit', 'verify', '--deep', '--read-with', AUDITOR],
  ]);
}

/** Anchors that are younger than the database have to tell so. */
export function verifyOldCopy(restored: RestoredDatabase): Promise<Check> {
  return check('against the newest anchors, audit verify says that it is an old copy', restored, 1, [
    ...['audit', 'verify', '--read-with', AUDITOR],
  ]);
}

export function replay(restored: RestoredDatabase, run: string): Promise<Check> {
  return check(`replay ${run}`, restored, 0, ['replay', run]);
}

async function check(
  what: string,
  { configFile, auditorUrl }: RestoredDatabase,
  code: number,
  words: readonly string[],
): Promise<Check> {
  const startedMs = performance.now();
  const answer = await recon(words, { RECON_CONFIG: configFile, [AUDITOR]: auditorUrl });
  const ok = answer.code === code;
  return { what, ok, said: ok ? '' : textOf(answer), ms: performance.now() - startedMs };
}

function textOf({ code, stdout, stderr }: CliAnswer): string {
  return `exit code ${code}: ${stdout}${stderr}`.slice(0, SAID_CHARS_MAX);
}
