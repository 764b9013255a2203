// Decides where what is costly to get (a built server, an initialised database) is kept between clones of the project.
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import type { Environment } from './host-environment.ts';

/** $XDG_CACHE_HOME/recon, else ~/.cache/recon. */
export function cacheFolder(environment: Environment): string {
  const base = environment.XDG_CACHE_HOME;
  // The XDG specification says that a relative path is invalid and must be ignored.
  if (base !== undefined && isAbsolute(base)) return join(base, 'recon');
  const home = environment.HOME;
  return join(home === undefined || home === '' ? homedir() : home, '.cache', 'recon');
}
