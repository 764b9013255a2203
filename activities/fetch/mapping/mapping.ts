// Reads a mapping: a YAML file of the company's, or a ready one by its name. Checked as a whole before a row is read, all
// problems reported together; identified, like a rule set, by the hash of its content.
import { hash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { parse as parseYaml } from 'yaml';
import type { z } from 'zod';
import { canonicalJson } from '../../../domain/rule-set.ts';
import { MappingInvalid } from './mapping-invalid.ts';
import { mappingProblems } from './mapping-problems.ts';
import { internalMappingSchema, type Mapping, processorMappingSchema } from './mapping-schema.ts';
import { readyMappingText } from './ready-mappings.ts';

const READY = 'ready:';
const MAPPING_CHARS_MAX = 262_144;
// Ready mappings extend each other once; more would be a circle.
const EXTENDS_MAX = 4;

/** @param where a path, or `ready:NAME`. @throws MappingInvalid with every problem and its fix. */
export async function readMapping(where: string): Promise<Mapping> {
  return parseMapping(await textOf(where), where);
}

/** @throws MappingInvalid with every problem and its fix. */
export async function parseMapping(text: string, name: string): Promise<Mapping> {
  const given = await extended(parsedYaml(text, name), name);
  const schema = isRecord(given) && given.side === 'internal' ? internalMappingSchema : processorMappingSchema;
  const parsed = schema.safeParse(given);
  if (!parsed.success) throw new MappingInvalid(name, parsed.error.issues.flatMap(describe));
  const problems = mappingProblems(parsed.data);
  if (problems.length > 0) {
    throw new MappingInvalid(
      name,
      problems.map(([path, message]) => `${path.join('.')}: ${message}`),
    );
  }
  return parsed.data;
}

/** The same mapping has the same hash however it was written. */
export function mappingHash(mapping: Mapping): string {
  return hash('sha256', canonicalJson({ ...mapping, about: undefined }), 'hex');
}

/** `extends: ready:NAME` takes a ready mapping and replaces what is written beside it, word by word at the top. */
async function extended(given: unknown, name: string, depth = 0): Promise<unknown> {
  if (!isRecord(given) || !('extends' in given)) return given;
  const { extends: base, ...own } = given;
  if (typeof base !== 'string' || !base.startsWith(READY) || depth >= EXTENDS_MAX) {
    throw new MappingInvalid(name, ['extends: write ready:NAME; `recon mapping list` shows the names']);
  }
  const ready = await extended(parsedYaml(await textOf(base), base), base, depth + 1);
  return isRecord(ready) ? { ...ready, ...own } : own;
}

async function textOf(where: string): Promise<string> {
  if (where.startsWith(READY)) return readyMappingText(where.slice(READY.length));
  try {
    return await readFile(where, 'utf8');
  } catch (cause) {
    throw new MappingInvalid(where, ['cannot be read: correct the path, or name a ready one as ready:NAME'], { cause });
  }
}

function parsedYaml(text: string, name: string): unknown {
  if (text.length > MAPPING_CHARS_MAX)
    throw new MappingInvalid(name, ['is far too long for a mapping: check the path']);
  try {
    return parseYaml(text) ?? {};
  } catch (cause) {
    throw new MappingInvalid(name, [`is not YAML: ${cause instanceof Error ? cause.message : cause}`], { cause });
  }
}

function describe(issue: z.core.$ZodIssue): string[] {
  const closest = issue.code === 'invalid_union' ? closestMeant(issue) : undefined;
  if (closest !== undefined) {
    return closest.flatMap((inner) => describe({ ...inner, path: [...issue.path, ...inner.path] }));
  }
  const where = issue.path.map(String).join('.');
  const isMissing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  const message = isMissing ? 'is missing: write it' : issue.message;
  return [where === '' ? message : `${where}: ${message}`];
}

/** Of several forms, the one that was meant: all of its words are there, and something is wrong inside one. */
function closestMeant(issue: z.core.$ZodIssueInvalidUnion): z.core.$ZodIssue[] | undefined {
  for (const form of issue.errors) {
    const [only] = form;
    const nested = form.length === 1 && only?.code === 'invalid_union' && only.path.length === 0;
    const meant = nested ? closestMeant(only) : form.every(isInsideAWord) ? form : [];
    if (meant !== undefined && meant.length > 0) return meant;
  }
  return undefined;
}

function isInsideAWord({ path, message }: z.core.$ZodIssue): boolean {
  return path.length > 0 && !message.includes('received undefined');
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
