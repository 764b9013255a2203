// Holds the Dockerfile to its rules: exact images, nobody's user, exec form, a health check, production packages whose scripts do not
// run, the Node of the tests, the flags of `npm run worker`. Beside hadolint, which knows what people commonly get wrong.
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { type Instruction, inherited, parseDockerfile, type Stage } from './dockerfile.ts';
import { isExactImage } from './images.ts';
import { listedFiles } from './listed-files.ts';
import { problemLines, runTool } from './python-tools.ts';

const DOCKERFILE = /(?:^|\/)(?:Dockerfile(?:\.[\w-]+)?|[\w-]+\.Dockerfile)$/;
const OPTIONS = ['--no-color', '--disable-ignore-pragma'];
// Amazon adds to it without changing its name, so that no checksum would hold; it is a list of public certificates.
const RDS_AUTHORITIES = 'https://truststore.pki.rds.amazonaws.com/global/global-bundle.pem';
const FORBIDDEN: readonly (readonly [readonly string[], RegExp, string])[] = [
  [
    ['ADD'],
    new RegExp(`^(?!.*--checksum=sha256:)(?!.*${RDS_AUTHORITIES.replaceAll('.', '\\.')} )`),
    'ADD takes what is there on the day: COPY, or --checksum=sha256:…',
  ],
  [['RUN'], /\b(?:curl|wget)\b/, 'fetches something that is not pinned: ADD --checksum=sha256:…'],
  [
    ['RUN'],
    /\bchmod\b.*(?:\b0?777\b|[ugoa]*\+s\b|\b[2467]\d{3}\b)/,
    'gives rights to everybody, or root’s to somebody',
  ],
  [['ONBUILD'], /./, 'ONBUILD acts in an image that does not say so'],
  [['EXPOSE'], /\b(?:22|23|2375|2376)\b/, 'a way in for people: look at logs instead'],
  [
    ['ENV', 'ARG'],
    /\w*(?:PASSWORD|PASSWD|SECRET|TOKEN|CREDENTIAL|API_?KEY|PRIVATE_?KEY|ACCESS_?KEY)\w*/i,
    'a secret would stay in the image: give it at run time',
  ],
  [
    ['ENV', 'ARG'],
    /NODE_TLS_REJECT_UNAUTHORIZED|--insecure|NODE_ENV=(?!production)/,
    'the image is for production: TLS is verified, NODE_ENV=production',
  ],
  [['COPY', 'ADD'], /^(?:--(?!from)\S+\s+)*\.\/?\s/, 'takes everything: name folders'],
];

interface Manifest {
  readonly scripts: { readonly worker: string };
  readonly devDependencies: { readonly node: string };
}

export function dockerfileCheck(root: string): InfraCheck {
  return {
    name: 'Dockerfile',
    run: async () => {
      const manifest = JSON.parse(await readFile(join(root, 'package.json'), 'utf8')) as Manifest;
      const files = (await listedFiles(root)).filter((file) => DOCKERFILE.test(file));
      const texts = await Promise.all(files.map((file) => readFile(join(root, file), 'utf8')));
      const all = texts.map((text, at) => ({ file: files[at] ?? '', text, stages: parseDockerfile(text) }));
      const hadolint = await runTool('linters', 'hadolint', [...OPTIONS, ...files], { cwd: root });
      const problems = all.flatMap(({ file, text, stages }) => {
        const own = file === 'Dockerfile' ? workerProblems(stages, manifest) : [];
        return [...dockerfileProblems(text, stages, manifest), ...own].map((problem) => `${file}: ${problem}`);
      });
      const count = all.flatMap(({ stages }) => stages).length;
      return {
        checked: `${count} stages of ${files.length === 1 ? 'one Dockerfile' : `${files.length} Dockerfiles`} by hadolint and by our own rules`,
        problems: [
          ...problemLines(hadolint.stdout + hadolint.stderr, root),
          ...problems,
          ...ignoreProblems(await readFile(join(root, '.dockerignore'), 'utf8')),
        ],
      };
    },
  };
}

/** What holds of every Dockerfile. */
export function dockerfileProblems(text: string, stages: readonly Stage[], manifest: Manifest): string[] {
  if (stages.length === 0) return ['has no stage'];
  const syntax = /^#\s*(syntax|escape)\s*=/im.exec(text)?.[1];
  const silenced = /^#\s*hadolint\s+.*ignore/im.test(text);
  return [
    ...stages.flatMap((stage) => imageProblems(stages, stage, manifest)),
    ...stages.flatMap((stage) => copiedImageProblems(stages, stage)),
    ...stages.flatMap((stage) => stage.instructions.flatMap(instructionProblems)),
    ...ends(stages).flatMap((stage) => userProblems(stages, stage)),
    ...ends(stages).flatMap((stage) => execProblems(stages, stage)),
    ...(syntax === undefined ? [] : [`another ${syntax} is asked for: what builds it would come from elsewhere`]),
    ...(silenced ? ['a rule of hadolint is silenced: mend it instead'] : []),
  ];
}

/** The stages that no other starts from or copies from: those that are run. */
function ends(stages: readonly Stage[]): readonly Stage[] {
  const used = new Set(
    stages.flatMap(({ from, instructions }) => [
      from,
      ...instructions.flatMap(({ rest }) =>
        [...rest.matchAll(/(?:--from=|from=)([\w-]+)/g)].map(([, name = '']) => name),
      ),
    ]),
  );
  return stages.filter(({ name }) => name === '' || !used.has(name));
}

/** COPY --from and RUN --mount take from stages, or from images of anybody. */
function copiedImageProblems(stages: readonly Stage[], { instructions }: Stage): string[] {
  return instructions.flatMap(({ rest, line }) =>
    [...rest.matchAll(/(?:--from=|--mount=\S*\bfrom=)([^\s,]+)/g)]
      .map(([, from = '']) => from)
      .filter((from) => !/^\d+$/.test(from) && !stages.some(({ name }) => name === from) && !isExactImage(from))
      .map((from) => `line ${line}: ${from} is not an exact version`),
  );
}

function instructionProblems({ word, rest, line }: Instruction): string[] {
  return FORBIDDEN.filter(([words, pattern]) => words.includes(word) && pattern.test(rest)).map(
    ([, , problem]) => `line ${line}: ${problem}`,
  );
}

function userProblems(stages: readonly Stage[], stage: Stage): string[] {
  const user = inherited(stages, stage).findLast(({ word }) => word === 'USER')?.rest ?? 'root';
  if (/^[1-9]\d*(:[1-9]\d*)?$/.test(user)) return [];
  return [
    `${stage.name === '' ? '' : `the stage ${stage.name} `}runs as ${user}: name an unprivileged user by its number`,
  ];
}

function execProblems(stages: readonly Stage[], stage: Stage): string[] {
  const all = inherited(stages, stage);
  return ['CMD', 'ENTRYPOINT'].flatMap((word) => {
    const rest = all.findLast((instruction) => instruction.word === word)?.rest;
    return rest === undefined || rest.startsWith('[')
      ? []
      : [`${word} is not in exec form: signals would reach a shell`];
  });
}

export function ignoreProblems(text: string): string[] {
  const lines = text.split('\n').map((line) => line.trim());
  const secret = lines.filter((line) =>
    /^!(?:\*|\.env|\.git\b|\.aws|\.npmrc|\.ssh|.*own-secrets|.*node_modules|\.$)/.test(line),
  );
  return [
    ...(lines.includes('*') ? [] : ['.dockerignore: does not start with everything (*): a secret could slip in']),
    ...secret.map((line) => `.dockerignore: ${line}: a secret could slip in`),
  ];
}

function imageProblems(stages: readonly Stage[], { from, line }: Stage, { devDependencies }: Manifest): string[] {
  if (stages.some(({ name }) => name === from)) return [];
  if (!isExactImage(from)) return [`line ${line}: ${from} is not an exact version`];
  const node = /^node:(\d+\.\d+\.\d+)/.exec(from)?.[1];
  if (node === undefined || node === devDependencies.node) return [];
  return [`line ${line}: Node ${node}, and the tests run on ${devDependencies.node}`];
}

/** What holds of the worker's image only. */
export function workerProblems(stages: readonly Stage[], { scripts }: Manifest): string[] {
  const last = stages.at(-1);
  if (last === undefined) return [];
  const all = inherited(stages, last);
  const latest = (word: string) => all.findLast((instruction) => instruction.word === word);
  const problems: string[] = [];
  if ((latest('HEALTHCHECK')?.rest ?? 'NONE') === 'NONE') problems.push('has no HEALTHCHECK');
  if ((latest('STOPSIGNAL')?.rest ?? 'SIGTERM') !== 'SIGTERM')
    problems.push('STOPSIGNAL is not SIGTERM: the worker would not finish what it has begun');
  if (latest('CMD')?.rest !== JSON.stringify(scripts.worker.split(' ')).replaceAll(',', ', ')) {
    problems.push(`CMD is not what npm run worker runs: ${scripts.worker}`);
  }
  for (const { rest, line } of stages.flatMap(({ instructions }) => instructions)) {
    if (
      /\bnpm (ci|install|i|add|exec)\b|\b(?:npx|yarn|pnpm|corepack) [a-z]/.test(rest) &&
      !/npm ci .*--omit=dev.*--ignore-scripts/.test(rest)
    ) {
      problems.push(`line ${line}: packages are installed by npm ci --omit=dev --ignore-scripts only`);
    }
    const flags = scripts.worker.split(' ').filter((part) => part.startsWith('--'));
    if (rest.includes('prepare-image.ts /') && !rest.endsWith(flags.join(' '))) {
      problems.push(`line ${line}: compiled with other flags than the worker starts with: ${flags.join(' ')}`);
    }
  }
  return problems;
}
