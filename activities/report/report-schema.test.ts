// The published schema against reports as they are rendered, and against the words of the product.
import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import { Ajv2020 } from 'ajv/dist/2020.js';
import {
  DISCREPANCY_STATES,
  KINDS,
  LEVELS,
  OUTCOMES,
  SEVERITIES,
  SIDES,
  STATUSES,
  TRIGGERS,
  VERDICTS,
} from '../../domain/vocabulary.ts';
import { GATES } from './completeness.ts';
import { cleanReport, inconclusiveReport, renderedJson, sampleReport } from './reports-for-tests.ts';
import { AGES, type RunReport, SECTIONS, TERMS } from './run-report.ts';

const schema = JSON.parse(readFileSync(new URL('../../docs/schemas/report.schema.json', import.meta.url), 'utf8'));
const validate = new Ajv2020({ allErrors: true }).compile(schema);

const rendered = (report: RunReport): Record<string, unknown> => JSON.parse(renderedJson(report, '{"version":1}'));

test('every report has the published schema', () => {
  for (const report of [sampleReport(), cleanReport(), inconclusiveReport()]) {
    validate(rendered(report));
    expect(validate.errors).toBeNull();
  }
});

test('a missing key, an amount as a number, a word that nobody knows: each is against the schema', () => {
  const { run: _run, ...without } = rendered(sampleReport());
  expect(validate(without)).toBe(false);
  const report = rendered(sampleReport());
  const [first] = report.discrepancies as Record<string, unknown>[];
  expect(validate({ ...report, discrepancies: [{ ...first, amount: 12.3 }] })).toBe(false);
  expect(validate({ ...report, discrepancies: [{ ...first, verdict: 'unheard_of' }] })).toBe(false);
});

test('the schema knows exactly the words that the product knows', () => {
  const wordsOf = (name: string) => schema.$defs[name].enum;
  const words = { side: SIDES, level: LEVELS, kind: KINDS, status: STATUSES, verdict: VERDICTS, severity: SEVERITIES };
  for (const [name, known] of Object.entries({ ...words, section: SECTIONS, outcome: OUTCOMES })) {
    expect([name, wordsOf(name)]).toEqual([name, [...known]]);
  }
  const { discrepancy, completeness } = schema.$defs;
  expect(discrepancy.properties.state.enum).toEqual([...DISCREPANCY_STATES]);
  expect(completeness.properties.gates.items.properties.gate.enum).toEqual([...GATES]);
  expect(schema.properties.run.properties.trigger.enum).toEqual([...TRIGGERS]);
  expect(schema.properties.totals.items.properties.term.enum).toEqual([...TERMS]);
  expect(schema.properties.ageing.items.properties.age.enum).toEqual([...AGES]);
});
