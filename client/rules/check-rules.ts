// What `recon rules check` finds in a file: the rules as understood, or everything that is wrong with them. Reads nothing else.
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import { type RuleSet, ruleSetHash, ruleSetSchema } from '../../domain/rule-set.ts';
import type { RuleProblem } from '../../domain/rule-set-contradictions.ts';
import { ruleSetProblems } from '../../domain/rule-set-problems.ts';
import { warningsOf } from '../../domain/rule-set-warnings.ts';
import { UsageError } from '../usage-error.ts';

export interface RulesCheck {
  readonly file: string;
  /** Null where they cannot be used. */
  readonly rules: RuleSet | null;
  readonly hash: string | null;
  readonly problems: readonly RuleProblem[];
  readonly warnings: readonly RuleProblem[];
}

/** @throws UsageError where the file cannot be read, or is no YAML. */
export async function checkRules(file: string): Promise<RulesCheck> {
  // An empty file asks for the defaults.
  const given: unknown = (await readYaml(file)) ?? {};
  const parsed = ruleSetSchema.safeParse(given);
  if (!parsed.success) return { file, rules: null, hash: null, problems: ruleSetProblems(given), warnings: [] };
  return { file, rules: parsed.data, hash: ruleSetHash(parsed.data), problems: [], warnings: warningsOf(parsed.data) };
}

async function readYaml(file: string): Promise<unknown> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (cause) {
    throw new UsageError(`${file} cannot be read: ${messageOf(cause)}`, { cause });
  }
  try {
    return parseYaml(text);
  } catch (cause) {
    throw new UsageError(`${file} is not YAML: ${messageOf(cause)}`, { cause });
  }
}

function messageOf(cause: unknown): string {
  return cause instanceof Error ? cause.message : String(cause);
}
