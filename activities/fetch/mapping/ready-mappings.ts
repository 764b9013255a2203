// The mappings that ship with the product, by name: files in the folder ready beside this one.
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { MappingInvalid } from './mapping-invalid.ts';

const FOLDER = join(import.meta.dirname, 'ready');
const EXTENSION = '.yaml';
const NAME = /^[a-z0-9-]{1,60}$/;

/** In alphabetical order. */
export async function readyMappingNames(): Promise<string[]> {
  const files = await readdir(FOLDER);
  return files
    .filter((file) => file.endsWith(EXTENSION))
    .map((file) => file.slice(0, -EXTENSION.length))
    .sort();
}

/** @throws MappingInvalid naming those that there are. */
export async function readyMappingText(name: string): Promise<string> {
  const names = await readyMappingNames();
  // Checked against the list, so that a name cannot be a path.
  if (NAME.test(name) && names.includes(name)) return readFile(join(FOLDER, `${name}${EXTENSION}`), 'utf8');
  throw new MappingInvalid(`ready:${name}`, [`is not one of ${names.map((known) => `ready:${known}`).join(', ')}`]);
}
