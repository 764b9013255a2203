// Holds what the manuals tell people to type and open against what there is: every command of the client by the client's own grammar,
// programs, files and folders, links with their headings. Needs no server.
import { existsSync, globSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { InfraCheck } from './check.ts';
import { clientCommandNames, clientCommandProblems } from './client-command.ts';
import { type Markdown, readMarkdown } from './markdown.ts';
import { shellWords } from './shell-words.ts';

export const MANUALS: readonly string[] = ['README.md', 'CONTRIBUTING.md', 'docs/**/*.md', 'terraform/README.md'];

interface Manual extends Markdown {
  readonly file: string;
  readonly text: string;
}

interface Typed {
  readonly words: readonly string[];
  /** It only speaks of the command: arguments may be left out. */
  readonly isMention: boolean;
}

export function manualsCheck(root: string): InfraCheck {
  return {
    name: 'manuals',
    run: async () => {
      const manuals = await readManuals(root);
      const found = await Promise.all(manuals.map((manual) => lookAt(root, manual, manuals)));
      const counted = found.reduce((sum, { checked }) => sum + checked, 0);
      return {
        checked: `${counted} commands, paths and links of ${manuals.length} files`,
        problems: found.flatMap(({ problems }) => problems),
      };
    },
  };
}

async function readManuals(root: string): Promise<Manual[]> {
  const files = MANUALS.flatMap((pattern) => globSync(pattern, { cwd: root })).sort();
  return Promise.all(
    files.map(async (file) => {
      const text = await readFile(join(root, file), 'utf8');
      return { file, text, ...readMarkdown(text) };
    }),
  );
}

async function lookAt(root: string, manual: Manual, manuals: readonly Manual[]) {
  const commands = [...manual.shellLines.flatMap(typedInShell), ...manual.spans.flatMap(typedInProse)];
  const paths = namedPaths(manual);
  const links = manual.links.filter((link) => !/^[a-z]+:/.test(link));
  const wrong = await Promise.all(commands.map(({ words, isMention }) => clientCommandProblems(words, isMention)));
  const problems = [
    ...wrong.flat(),
    ...paths.filter((path) => !isThere(root, manual, path)).map((path) => `${path} is not there`),
    ...links.flatMap((link) => linkProblems(root, manual, manuals, link)),
  ];
  return {
    checked: commands.length + paths.length + links.length,
    problems: problems.map((problem) => `${manual.file}: ${problem}`),
  };
}

/** How the client is started; `npm run demo` and `npm run dev` name its command themselves. */
const STARTS =
  /npm run (?:-\S+ )*(?:recon --|(demo|dev)\b(?: --)?)|node client\/main\.ts|run --rm recon|^\s*(?:\$ )?recon(?= )/g;

function typedInShell(line: string): Typed[] {
  const comment = line.search(/(?:^|\s)#/);
  const said = comment < 0 ? line : line.slice(0, comment);
  return [...said.matchAll(STARTS)].map((start) => ({
    words: [...(start[1] === undefined ? [] : [start[1]]), ...filledIn(said.slice(start.index + start[0].length))],
    isMention: false,
  }));
}

function filledIn(line: string): string[] {
  return shellWords(line).map((word) => word.replace(/\b[A-Z]+\b/g, (name) => PLACEHOLDERS[name] ?? name));
}

// What a reader puts his own words for.
const PLACEHOLDERS: Readonly<Record<string, string>> = { ACCOUNT: 'stripe/us', DATE: '2026-01-31', ZONE: 'UTC' };
const NAMES = clientCommandNames();

/** `npm run recon -- status`, `recon codec keys`, and `discrepancies note 17 --text "…"` where what it is typed after was said before. */
function typedInProse(span: string): Typed[] {
  const typed = typedInShell(span);
  if (typed.length > 0) return typed.map(({ words }) => ({ words, isMention: !span.startsWith('npm ') }));
  const words = filledIn(span);
  const [command = '', second = ''] = words;
  const isCommand = NAMES.get(command)?.has(second) === true || (NAMES.has(command) && second.startsWith('--'));
  return isCommand ? [{ words, isMention: true }] : [];
}

const FOLDERS =
  '\\.github|\\.ci|activities|bench|client|compose|docs|domain|faults|local|monitoring|sandbox|scan|scripts|sql|terraform|worker|workflows';
const PATH = new RegExp(`(?<![\\w./:<-])((?:${FOLDERS})/[\\w./*-]*)`, 'g');

function namedPaths({ text }: Manual): string[] {
  return [...text.matchAll(PATH)].map(([, path = '']) => path.replace(/[.-]+$/, ''));
}

/** NAME and * stand for anything. A manual in a folder may name what is in it. */
function isThere(root: string, { file }: Manual, path: string): boolean {
  const pattern = path.replace(/(?<=\/)[A-Z]{3,}(?=\/|$)/g, '*');
  return [root, join(root, dirname(file))].some((folder) => globSync(pattern, { cwd: folder }).length > 0);
}

function linkProblems(root: string, { file, anchors }: Manual, manuals: readonly Manual[], link: string): string[] {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? file : join(dirname(file), path);
  if (!existsSync(join(root, target))) return [`the link ${link} leads nowhere`];
  const headings = path === '' ? anchors : manuals.find((manual) => manual.file === target)?.anchors;
  if (anchor === undefined || headings === undefined || headings.has(anchor)) return [];
  return [`the link ${link} names no heading`];
}
