// Holds values against what a processor publishes: its schema, compiled once for each name.
import { readFile } from 'node:fs/promises';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';

/** What is wrong with a value as one of the schema's definitions; nothing where it is valid. */
export type ProblemsOf = (name: string, value: unknown) => readonly ErrorObject[];

export async function publishedSchema(processor: 'stripe' | 'paypal' | 'square'): Promise<ProblemsOf> {
  const schema = JSON.parse(await readFile(new URL(`./${processor}/schema.json`, import.meta.url), 'utf8'));
  // PayPal's patterns contain `\!`, which the flag u forbids.
  const ajv = new Ajv2020({ strict: false, allErrors: true, unicodeRegExp: false });
  ajv.addSchema(schema);
  const compiled = new Map<string, ValidateFunction>();
  return (name, value) => {
    const validate = compiled.get(name) ?? ajv.compile({ $ref: `${schema.$id}#/$defs/${name}` });
    compiled.set(name, validate);
    validate(value);
    return validate.errors ?? [];
  };
}
