// Lets the peers have the same files: a loop over dictionaries in Python, and full outer joins in polars and DuckDB. Never part
// of the product; without Python or a package index they are left out, and that is said.
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { buildOnce } from '../../local/build-once.ts';
import { cacheFolder } from '../../local/cache-folder.ts';
import { messageOf } from '../../local/errors.ts';
import { findExecutable } from '../../local/find-executable.ts';
import { definedEnvironment, hostEnvironment } from '../../local/host-environment.ts';
import { runCommand } from '../../local/run-command.ts';
import { round } from '../part.ts';
import { neverRight } from '../score/describe-score.ts';
import { scoreResult } from '../score/score-result.ts';

export interface PeerFigures {
  readonly seconds: number;
  readonly rssMb: number;
  readonly right: number;
  readonly missed: number;
  readonly false: number;
  /** Situations of which it got not one row right. */
  readonly cannotSay: readonly string[];
}

interface Peer {
  readonly name: string;
  readonly script: string;
  readonly needsPackages: boolean;
}

const PEERS: readonly Peer[] = [
  { name: 'dictionary', script: 'dictionary.py', needsPackages: false },
  { name: 'polars', script: 'polars_join.py', needsPackages: true },
  { name: 'duckdb', script: 'duckdb_join.py', needsPackages: true },
];
const PACKAGES = { polars: '2.1.0', duckdb: '2.0.0' };
const INSTALL_TIMEOUT_MS = 10 * 60_000;
const RUN_TIMEOUT_MS = 30 * 60_000;
const figuresSchema = z.object({ seconds: z.number(), rssMb: z.number() });

/** @param folder a world with its CSV files. */
export async function runPeers(folder: string, say: (line: string) => void): Promise<Record<string, PeerFigures>> {
  const figures: Record<string, PeerFigures> = {};
  for (const peer of PEERS) {
    try {
      figures[peer.name] = await runPeer(peer, folder);
    } catch (error) {
      say(`${peer.name.padEnd(12)} left out: ${messageOf(error).split('\n')[0]}`);
    }
  }
  return figures;
}

async function runPeer({ name, script, needsPackages }: Peer, folder: string): Promise<PeerFigures> {
  const env = definedEnvironment(hostEnvironment());
  const command = needsPackages ? await installedPython(env) : await systemPython(env);
  const result = join(folder, `result-${name}.csv`);
  const scriptPath = fileURLToPath(new URL(script, import.meta.url));
  const said = await runCommand({ command, args: [scriptPath, folder, result], env, timeoutMs: RUN_TIMEOUT_MS });
  const { seconds, rssMb } = figuresSchema.parse(JSON.parse(said.trim().split('\n').at(-1) ?? ''));
  const score = await scoreResult(join(folder, 'truth.csv'), result);
  const { right, missed } = score;
  return { seconds: round(seconds), rssMb, right, missed, false: score.false, cannotSay: neverRight(score) };
}

async function systemPython(env: Record<string, string>): Promise<string> {
  const python = await findExecutable('python3', env);
  if (python === undefined) throw new ReferenceError('there is no python3 on the path');
  return python;
}

async function installedPython(env: Record<string, string>): Promise<string> {
  const requirements = Object.entries(PACKAGES).map(([name, version]) => `${name}==${version}`);
  const folder = await buildOnce({
    path: join(cacheFolder(env), `bench-peers-${Object.values(PACKAGES).join('-')}`),
    what: 'installing polars and DuckDB (once per machine)',
    timeoutMs: INSTALL_TIMEOUT_MS,
    build: async (workFolder) => {
      const venv = join(workFolder, 'venv');
      const run = { env, timeoutMs: INSTALL_TIMEOUT_MS };
      await runCommand({ ...run, command: await systemPython(env), args: ['-m', 'venv', venv] });
      const pip = ['-m', 'pip', 'install', '--quiet', '--disable-pip-version-check', ...requirements];
      await runCommand({ ...run, command: join(venv, 'bin', 'python'), args: pip });
      return venv;
    },
  });
  return join(folder, 'bin', 'python');
}
