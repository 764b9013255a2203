// Has the image what the tasks expect of it: the folder that they write to, declared so that Fargate gives it to their user, and the authorities
// of the database at the path that its addresses name? Without either nothing starts.
import { readFile } from 'node:fs/promises';
import type { InfraCheck } from '../check.ts';
import { inherited, parseDockerfile } from '../dockerfile.ts';
import { readTerraform, record } from './tree.ts';

export function terraformImage(root: string): InfraCheck {
  return {
    name: 'terraform image',
    run: async () => {
      const { modules } = await readTerraform(root);
      const { folder, ca_bundle: bundle } = Object.fromEntries(modules.get('modules/stack')?.locals ?? []);
      const user = record(modules.get('modules/task')?.locals.get('hardened')).user;
      const stages = parseDockerfile(await readFile('Dockerfile', 'utf8'));
      const last = stages.at(-1);
      const instructions = last === undefined ? [] : inherited(stages, last);
      const says = (word: string, matches: (rest: string) => boolean) =>
        instructions.some((instruction) => instruction.word === word && matches(instruction.rest));
      const [uid, gid] = String(user).split(':');
      const owned = new RegExp(`install -d -o ${uid} -g ${gid}[^&]* ${folder}(\\s|$)`);
      const problems = [
        ...(says('VOLUME', (rest) => rest === JSON.stringify([folder])) ? [] : [`declares no VOLUME ["${folder}"]`]),
        ...(says('RUN', (rest) => owned.test(rest)) ? [] : [`does not make ${folder} for ${user}`]),
        ...(says('USER', (rest) => rest === user) ? [] : [`runs as somebody else than ${user}`]),
        ...(says('ADD', (rest) => rest.endsWith(` ${bundle}`)) ? [] : [`has no ${bundle}`]),
      ];
      return {
        checked: 'its folder, user and authorities',
        problems: problems.map((problem) => `Dockerfile: ${problem}, as modules/stack and modules/task expect`),
      };
    },
  };
}
