// Opens a file with whatever the platform opens it with. Never waits for that program.
import { spawn } from 'node:child_process';

const OPENERS: Readonly<Partial<Record<NodeJS.Platform, readonly string[]>>> = {
  darwin: ['open'],
  // start takes its first quoted word for a window title.
  win32: ['cmd', '/c', 'start', '""'],
};
const ELSEWHERE = ['xdg-open'];

/** False where there is no such program. */
export async function openWithPlatform(path: string): Promise<boolean> {
  const [command = '', ...words] = OPENERS[process.platform] ?? ELSEWHERE;
  const opener = spawn(command, [...words, path], { stdio: 'ignore', detached: true });
  return new Promise((resolve) => {
    opener.once('error', () => resolve(false));
    opener.once('spawn', () => {
      opener.unref();
      resolve(true);
    });
  });
}
