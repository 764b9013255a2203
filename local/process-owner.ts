// Decides who a server that refuses to be root runs as when we are root. Never changes the mode of a folder that is not
// ours, and never creates a user on the machine.
import { chown, readFile, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { FolderUnreachable, PlatformUnsupported, systemErrorCode } from './errors.ts';
import { findExecutable } from './find-executable.ts';
import type { Environment } from './host-environment.ts';

interface UserIds {
  readonly uid: number;
  readonly gid: number;
}

export interface ProcessOwner {
  /** Whose the server's files must be; undefined = ours, as we are. */
  readonly files: UserIds | undefined;
  /** What the process is started as by us. */
  readonly runAs: UserIds | undefined;
  /** What stands before the command, where the change of user needs help. */
  readonly prefix: readonly string[];
}

const USER = 'nobody';

/** Who may use all of these existing folders. */
export async function processOwner(folders: readonly string[], environment: Environment): Promise<ProcessOwner> {
  if (process.getuid === undefined)
    throw new PlatformUnsupported('The local servers need Linux or macOS (on Windows: WSL).');
  if (process.getuid() !== 0) return { files: undefined, runAs: undefined, prefix: [] };
  const files = await idsOf(USER);
  const closed = await firstClosed(folders, files);
  if (closed === undefined) return { files, runAs: files, prefix: [] };
  const setpriv = await findExecutable('setpriv', environment);
  if (setpriv === undefined) throw new FolderUnreachable(closed, USER);
  // A clone under /root (mode 0700) must work too. The one capability lets the server pass folders that are closed to its
  // user; it is given nothing that root, who starts it, does not have. The secure bit makes access(2) honour it.
  const capability = ['--securebits=+no_setuid_fixup', '--inh-caps=+dac_override', '--ambient-caps=+dac_override'];
  const user = [`--reuid=${files.uid}`, `--regid=${files.gid}`, '--clear-groups'];
  return { files, runAs: undefined, prefix: [setpriv, ...user, ...capability] };
}

async function idsOf(user: string): Promise<UserIds> {
  const line = (await readFile('/etc/passwd', 'utf8')).split('\n').find((entry) => entry.startsWith(`${user}:`));
  const [, , uid, gid] = line?.split(':') ?? [];
  if (uid === undefined || gid === undefined)
    throw new PlatformUnsupported(`Root's PostgreSQL runs as ${user}; there is no such user here.`);
  // macOS writes nobody's ids as -2; the system wants them unsigned.
  return { uid: Number(uid) >>> 0, gid: Number(gid) >>> 0 };
}

async function firstClosed(folders: readonly string[], user: UserIds): Promise<string | undefined> {
  for (const folder of folders) {
    for (let path = resolve(folder); ; path = dirname(path)) {
      if (!(await mayEnter(path, user))) return path;
      if (path === dirname(path)) break;
    }
  }
  return undefined;
}

async function mayEnter(folder: string, { uid, gid }: UserIds): Promise<boolean> {
  try {
    const { mode, uid: owner, gid: group } = await stat(folder);
    if (owner === uid) return (mode & 0o100) !== 0;
    return (mode & (group === gid ? 0o010 : 0o001)) !== 0;
  } catch (error) {
    if (systemErrorCode(error) === 'ENOENT') return true;
    throw error;
  }
}

export function commandAs(owner: ProcessOwner, command: string, args: readonly string[]) {
  const [first = command, ...rest] = [...owner.prefix, command, ...args];
  return { command: first, args: owner.prefix.length === 0 ? args : rest, runAs: owner.runAs };
}

/** Gives a folder we made to the server. */
export async function giveTo(owner: ProcessOwner, folder: string): Promise<void> {
  if (owner.files !== undefined) await chown(folder, owner.files.uid, owner.files.gid);
}
