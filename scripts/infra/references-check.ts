// Holds what the Dockerfile, compose, the workflows and the manuals name against what there is: files, folders, npm scripts, commands of
// the client, variables that the code reads, secrets that are made, services by their names and ports. What else manuals say: manuals-check.
import { globSync } from 'node:fs';
import { access, readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { clientCommandProblems } from './client-command.ts';
import { COMPOSE_FILE, type ComposeFile, readCompose, wordsOf } from './compose-file.ts';
import {
  askedServices,
  mountedFileProblems,
  sandboxProblems,
  scrapeProblems,
  targetProblems,
} from './compose-references.ts';
import { parseDockerfile } from './dockerfile.ts';
import { readKnown } from './known-names.ts';
import { MANUALS } from './manuals-check.ts';
import { shellWords } from './shell-words.ts';

/** A name, and where it stands. */
interface Reference {
  readonly in: string;
  readonly name: string;
}

export function referencesCheck(root: string): InfraCheck {
  return {
    name: 'what is named exists',
    run: async () => {
      const texts = await namingTexts(root);
      const compose = await readCompose(root);
      const known = await readKnown(root);
      const paths = [...(await copiedPaths(root)), ...mountedPaths(compose), ...texts.flatMap(runFiles)];
      const commands = texts.flatMap(clientCommands);
      const scripts = references(texts, /\bnpm run (?!-)([\w:-]+)/g).filter(({ in: file }) => file !== 'Dockerfile');
      const variables = references(texts, /(?<!env:)\b(RECON_[A-Z_]+)\b/g);
      const secrets = references(texts, /\/secrets\/((?:database|temporal|recon|grafana)\/[a-z-]+)/g);
      const problems = [
        ...(await missingPaths(root, paths)),
        ...(await Promise.all(commands.map(commandProblems))).flat(),
        ...absent(scripts, known.npmScripts, 'npm run'),
        ...absent(variables, known.variables, 'no code reads'),
        ...absent(secrets, known.secrets, 'nobody makes the secret'),
        ...addressProblems(compose, texts),
        ...(await scrapeProblems(root, compose, configOf(texts))),
        ...(await mountedFileProblems(root, compose)),
        ...(await targetProblems(root, compose)),
        ...(await sandboxProblems(root, compose)),
      ];
      const all = paths.length + commands.length + scripts.length + variables.length + secrets.length;
      return { checked: `${all} paths, commands, npm scripts, variables and secrets`, problems };
    },
  };
}

interface Text {
  readonly file: string;
  readonly text: string;
}

async function namingTexts(root: string): Promise<Text[]> {
  const workflows = (await readdir(join(root, '.github', 'workflows'))).map((name) =>
    join('.github', 'workflows', name),
  );
  const docs = MANUALS.flatMap((pattern) => globSync(pattern, { cwd: root }));
  const files = ['Dockerfile', COMPOSE_FILE, join('compose', 'recon.yaml'), ...workflows, ...docs];
  return Promise.all(files.map(async (file) => ({ file, text: await readFile(join(root, file), 'utf8') })));
}

function references(texts: readonly Text[], pattern: RegExp): Reference[] {
  return texts.flatMap(({ file, text }) => [...text.matchAll(pattern)].map(([, name = '']) => ({ in: file, name })));
}

/** "node worker/main.ts", "node", "client/main.ts": the files that something runs. */
function runFiles({ file, text }: Text): Reference[] {
  const pattern =
    /(?<![\w./-])((?:worker|client|sandbox|compose|scripts|\.github\/scripts|\.ci)\/[\w./-]+?(?:\.ts|\.sh|run))(?![\w-])/g;
  return references([{ file, text }], pattern);
}

interface ClientCommand {
  readonly in: string;
  readonly words: readonly string[];
}

/** What follows client/main.ts, or `recon` of compose. */
function clientCommands({ file, text }: Text): ClientCommand[] {
  const lists = [...text.matchAll(/"client\/main\.ts",((?:"[^"]*",?)+)/g)].map(([, list = '']) =>
    [...list.matchAll(/"([^"]*)"/g)].map(([, word = '']) => word),
  );
  const lines = [...text.matchAll(/(?:node client\/main\.ts|run --rm recon) ([a-z][^\n\]]*)/g)].map(([, line = '']) =>
    shellWords(line),
  );
  return [...lists, ...lines].map((words) => ({ in: file, words }));
}

async function commandProblems({ in: file, words }: ClientCommand): Promise<string[]> {
  return (await clientCommandProblems(words)).map((problem) => `${file}: ${problem}`);
}

async function copiedPaths(root: string): Promise<Reference[]> {
  const stages = parseDockerfile(await readFile(join(root, 'Dockerfile'), 'utf8'));
  const copied = stages
    .flatMap(({ instructions }) => instructions)
    .filter(({ word, rest }) => word === 'COPY' && !rest.startsWith('--from='))
    .flatMap(({ rest }) => rest.split(/\s+/).slice(0, -1));
  const kept = [...(await readFile(join(root, '.dockerignore'), 'utf8')).matchAll(/^!(.+)$/gm)].map(
    ([, path = '']) => path,
  );
  const needed = copied
    .filter((path) => !kept.includes(path))
    .map((name) => ({ in: '.dockerignore keeps out', name: `${name}?` }));
  return [
    ...copied.map((name) => ({ in: 'Dockerfile', name })),
    ...kept.map((name) => ({ in: '.dockerignore', name })),
    ...needed,
  ];
}

function mountedPaths({ services }: ComposeFile): Reference[] {
  return Object.values(services)
    .flatMap(({ volumes }) => volumes)
    .map((mount) => mount.replace(/^\$\{\w+:-([^}]*)\}/, '$1').split(':')[0] ?? '')
    .filter((path) => path.startsWith('./'))
    .map((name) => ({ in: COMPOSE_FILE, name }));
}

async function missingPaths(root: string, paths: readonly Reference[]): Promise<string[]> {
  const found = await Promise.all(
    paths.map(({ name }) =>
      access(join(root, name)).then(
        () => true,
        () => false,
      ),
    ),
  );
  return paths.filter((_, at) => found[at] !== true).map(({ in: file, name }) => `${file}: ${name} is not there`);
}

function absent(given: readonly Reference[], known: ReadonlySet<string>, what: string): string[] {
  return [
    ...new Set(given.filter(({ name }) => !known.has(name)).map(({ in: file, name }) => `${file}: ${what} ${name}`)),
  ];
}

function configOf(texts: readonly Text[]): string {
  return texts.find(({ file }) => file.endsWith('recon.yaml'))?.text ?? '';
}

/** Every host:port that the configuration names is a service, and a port that the service's command or image is known to have. */
function addressProblems(compose: ComposeFile, texts: readonly Text[]): string[] {
  const config = configOf(texts);
  const health = texts.find(({ file }) => file === 'Dockerfile')?.text.match(/127\.0\.0\.1:(\d+)\/healthz/)?.[1];
  const listen = config.match(/listen: "[^"]*:(\d+)"/)?.[1];
  const hosts = [...config.matchAll(/(?:\/\/|address: )([a-z][\w-]*):(\d+)/g)].map(([, host = '', port = '']) => ({
    host,
    port,
  }));
  const words = Object.values(compose.services).flatMap(wordsOf).join(' ');
  return [
    ...[...config.matchAll(/s3:\/\/([\w-]+)/g)]
      .filter(([, bucket = '']) => !new RegExp(`(?<![\\w-])${bucket}(?![\\w-])`).test(words))
      .map(([, bucket]) => `compose/recon.yaml: nobody makes the bucket ${bucket}`),
    ...askedServices(compose).flatMap(({ from, host, port }) => {
      if (!(host in compose.services)) return [`${COMPOSE_FILE}: ${from} asks ${host}, which is no service`];
      const heard = port === undefined || speaks(compose, host, port);
      return heard ? [] : [`${COMPOSE_FILE}: ${from} asks ${host} at ${port}, where it does not listen`];
    }),
    ...(health === listen
      ? []
      : [`Dockerfile: asks port ${health} for health, and compose/recon.yaml listens on ${listen}`]),
    ...hosts
      .filter(({ host }) => !(host in compose.services))
      .map(({ host }) => `compose/recon.yaml: ${host} is no service`),
    ...hosts
      .filter(({ host, port }) => !speaks(compose, host, port))
      .map(({ host, port }) => `compose/recon.yaml: ${host} does not listen on ${port}`),
  ];
}

/** Where neither a command, a health check nor a published port says so, nobody knows. */
function speaks({ services }: ComposeFile, host: string, port: string): boolean {
  const service = services[host];
  if (service === undefined) return true;
  return [...wordsOf(service), ...service.ports].some((word) => new RegExp(`(?<!\\d)${port}(?!\\d)`).test(word));
}
