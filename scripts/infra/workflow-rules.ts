// Our own rules on a workflow, beside GitHub's schema and zizmor: actions pinned to the commit of a named version, images by digest, no
// right that is not written down, no stored key, an end to every job, no gate that lets through what it found. Pure.
import { parse } from 'yaml';
import { z } from 'zod';

const text = z.coerce.string();
const image = z.union([z.string(), z.object({ image: text }).transform((container) => container.image)]);
const step = z.object({
  id: z.string().optional(),
  uses: z.string().optional(),
  run: z.string().optional(),
  with: z.record(z.string(), z.unknown()).optional(),
  'continue-on-error': z.unknown().optional(),
});
const job = z.object({
  uses: z.string().optional(),
  'runs-on': z.unknown().optional(),
  'timeout-minutes': z.number().optional(),
  'continue-on-error': z.unknown().optional(),
  permissions: z.unknown().optional(),
  environment: z.unknown().optional(),
  container: image.optional(),
  services: z.record(z.string(), image).default({}),
  needs: z.union([z.string().transform((one) => [one]), z.array(z.string())]).default([]),
  with: z.record(z.string(), z.unknown()).default({}),
  steps: z.array(step).default([]),
});
export const workflowSchema = z.object({
  on: z.unknown().optional(),
  permissions: z.unknown().optional(),
  jobs: z.record(z.string(), job),
});
type Job = z.infer<typeof job>;
type Workflow = z.infer<typeof workflowSchema>;

const MINUTES_MAX = 120;
const RUNNER = /^(?:ubuntu|macos|windows)-\d\d(?:\.\d\d)?(?:-arm)?$/;
// Lent by GitHub for one run, to say who asks; every other right to write would be one to change the repository.
const MAY_WRITE = new Set(['id-token']);
const BY_DIGEST = /@sha256:[0-9a-f]{64}$/;
const LINES: readonly (readonly [RegExp, string])[] = [
  [/\b(?:curl|wget)\b[^\n|]*\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b/, 'runs what an address gives on the day'],
  [/\bnpm (?:i|install|add)\b/, 'installs something else than the lock file: npm ci'],
  [/\b(?:npx|npm exec|pnpm dlx|yarn dlx) (?!--no)/, 'runs a package that nobody pinned'],
  [/\bpip3? install (?!.*--require-hashes)/, 'installs packages without their hashes: scan/tools'],
  [/\b(?:npm|node|docker run)\b[^\n]*\|\|\s*(?:true|:)\s*$/m, 'lets through what it found: || true'],
  [/\bset \+e\b(?![\s\S]*\bset -e\b)/, 'goes on after a failure: set +e without set -e'],
];

/** @param node the version that the tests run on */
export function workflowProblems(written: string, node: string): string[] {
  const whole: { readonly jobs?: Readonly<Record<string, unknown>> } = parse(written);
  const workflow = workflowSchema.parse(whole);
  const problems = [...pinProblems(written), ...textProblems(written)];
  if (JSON.stringify(workflow.permissions) !== '{}')
    problems.push('gives every job rights: permissions: {} at the top, and each job its own');
  for (const [name, one] of Object.entries(workflow.jobs)) {
    const found = [
      ...rightsProblems(workflow, one),
      ...runnerProblems(one, node),
      ...stepProblems(one, JSON.stringify(whole.jobs?.[name])),
      ...one.needs.filter((other) => !(other in workflow.jobs)).map((other) => `needs ${other}, which is no job`),
    ];
    problems.push(...found.map((problem) => `the job ${name} ${problem}`));
  }
  return problems;
}

function rightsProblems({ on }: Workflow, { permissions, environment, steps }: Job): string[] {
  if (permissions === undefined) return ['does not say which rights it needs'];
  if (typeof permissions === 'string') return [`has ${permissions}: name each right`];
  const writes = Object.entries(permissions ?? {}).filter(([, right]) => right === 'write');
  const asks = writes.some(([right]) => right === 'id-token');
  return [
    ...writes.filter(([right]) => !MAY_WRITE.has(right)).map(([right]) => `may write ${right}`),
    ...(asks && /pull_request/.test(JSON.stringify(on ?? ''))
      ? ['lets a pull request ask AWS for a role: id-token']
      : []),
    ...(asks && steps.length > 0 && environment === undefined
      ? ['asks AWS for a role outside of an environment: the role is lent to environments only']
      : []),
  ];
}

function runnerProblems(one: Job, node: string): string[] {
  const runner = one['runs-on'];
  const images = [one.container, ...Object.values(one.services)].filter((named) => named !== undefined);
  const minutes = one['timeout-minutes'];
  return [
    ...(one.uses === undefined && minutes === undefined ? ['may run for six hours: timeout-minutes'] : []),
    ...(minutes !== undefined && minutes > MINUTES_MAX
      ? [`may run for ${minutes} minutes: at most ${MINUTES_MAX}`]
      : []),
    ...(one.uses !== undefined || runner === undefined || RUNNER.test(String(runner))
      ? []
      : [`runs on ${String(runner)}: a runner of GitHub’s by its version`]),
    ...images
      .filter((named) => !BY_DIGEST.test(named))
      .map((named) => `runs in ${named}, which is not named by digest`),
    ...one.steps
      .map(({ with: given }) => given?.['node-version'])
      .filter((version) => version !== undefined && version !== node)
      .map((version) => `runs Node ${String(version)}, and the tests ${node}`),
  ];
}

function stepProblems(one: Job, written: string): string[] {
  const ids = new Set(one.steps.map(({ id }) => id));
  const goesOn = [one, ...one.steps].some(
    (part) => part['continue-on-error'] !== undefined && part['continue-on-error'] !== false,
  );
  const scripts = one.steps.flatMap(({ run }) => run ?? []);
  return [
    ...(goesOn ? ['goes on after a failure: continue-on-error'] : []),
    ...[...written.matchAll(/\bsteps\.([\w-]+)\./g)]
      .filter(([, id]) => !ids.has(id))
      .map(([, id]) => `asks for what the step ${id} said, and there is none`),
    ...scripts.flatMap((script) => LINES.filter(([pattern]) => pattern.test(script)).map(([, problem]) => problem)),
    ...scripts
      .flatMap(imagesRun)
      .filter((named) => !BY_DIGEST.test(named) && !/^recon:\$/.test(named))
      .map((named) => `runs ${named}, which is not named by digest`),
  ];
}

// Options of docker run and pull that have no value behind them.
const FLAGS =
  /^(?:--(?:rm|read-only|init|detach|interactive|tty|quiet|privileged|no-healthcheck|publish-all)|-[ditqP]+)$/;

/** The image of each docker run, create and pull; docker compose has its own check. */
function imagesRun(script: string): string[] {
  const lines = script.replaceAll(/\\\n/g, ' ');
  return [...lines.matchAll(/\bdocker (?:run|create|pull)((?:\s+[^\n;&|)]+)?)/g)].flatMap(([, rest = '']) => {
    const words = rest
      .trim()
      .split(/\s+/)
      .map((word) => word.replace(/^["']|["']$/g, ''));
    for (let at = 0; at < words.length; at += 1) {
      const word = words[at] ?? '';
      if (!word.startsWith('-')) return word === '' ? [] : [word];
      if (!FLAGS.test(word) && !word.includes('=')) at += 1;
    }
    return [];
  });
}

function textProblems(written: string): string[] {
  const secrets = [...written.matchAll(/\bsecrets(?:\.(?!GITHUB_TOKEN\b)\w+|\[|: inherit| *\))/g)].map(
    ([secret]) => secret,
  );
  const silenced = /#\s*(?:zizmor|shellcheck|actionlint):? (?:ignore|disable)/.test(written);
  return [
    ...new Set(secrets.map((secret) => `uses ${secret}: no key is stored, GitHub vouches and AWS lends a role`)),
    ...(silenced ? ['silences a tool by a comment: mend what it found'] : []),
  ];
}

const USES = /^\s*-?\s*uses:\s*(.+?)\s*$/gm;
const PINNED = /^[\w.-]+\/[\w./-]+@[0-9a-f]{40} # v\d+\.\d+\.\d+$/;

function pinProblems(written: string): string[] {
  return [...written.matchAll(USES)]
    .map(([, action = '']) => action)
    .filter((action) => !action.startsWith('./') && !PINNED.test(action))
    .map((action) => `${action} is not pinned: @COMMIT # vX.Y.Z`);
}

/** Across files: a call gives a workflow of ours what it asks for; and nothing reaches prod that was not in dev. */
export function callProblems(texts: ReadonlyMap<string, string>): string[] {
  const called = z.object({
    on: z.object({
      workflow_call: z
        .object({ inputs: z.record(z.string(), z.object({ required: z.boolean().default(false) })).default({}) })
        .nullable(),
    }),
  });
  return [...texts].flatMap(([file, written]) => {
    const { jobs } = workflowSchema.parse(parse(written));
    const inputs = called.safeParse(parse(written)).data?.on.workflow_call?.inputs;
    const asked = [...written.matchAll(/\binputs\.([\w-]+)/g)].map(([, input = '']) => input);
    return [
      ...[...new Set(asked)]
        .filter((input) => inputs !== undefined && !(input in inputs))
        .map((input) => `asks for the input ${input}, which is not declared`),
      ...Object.entries(jobs).flatMap(([name, one]) => {
        if (one.uses?.startsWith('./') !== true) return [];
        const target = texts.get(one.uses.slice(2));
        if (target === undefined) return [`the job ${name} calls ${one.uses}, which is not there`];
        const wants = called.safeParse(parse(target)).data?.on.workflow_call?.inputs ?? {};
        return [
          ...Object.keys(one.with)
            .filter((input) => !(input in wants))
            .map((input) => `the job ${name} gives ${input}, which ${one.uses} does not ask for`),
          ...Object.entries(wants)
            .filter(([input, { required }]) => required && !(input in one.with))
            .map(([input]) => `the job ${name} does not give ${input} to ${one.uses}`),
          ...(one.with.environment === 'prod' && !one.needs.some((before) => jobs[before]?.with.environment === 'dev')
            ? [`the job ${name} brings to prod what was not in dev: needs`]
            : []),
        ];
      }),
    ].map((problem) => `${file}: ${problem}`);
  });
}
