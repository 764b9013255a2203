// Keeps anchors as files in a folder, for laptops: a file that exists is never replaced. Whoever may write to the folder may
// still remove them, which a bucket under object lock does not allow.
import { hash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ANCHOR_FOLDER, anchorFolder, chainOfAnchorKey } from '../../domain/audit-anchor.ts';
import type { StoredAnchor } from '../../domain/audit-anchored.ts';
import { errorCode } from '../fetch/request/error-code.ts';
import { createFolderStore } from '../report/folder-store.ts';
import { StoreUnavailable } from '../report/object-store.ts';
import { ANCHORS_PER_CHAIN_MAX, type AnchorStore } from './anchor-store.ts';

const CONTENT_TYPE = 'application/json';

export function createFolderAnchorStore(folder: string): AnchorStore {
  const root = resolve(folder);
  const store = createFolderStore(root);
  const keysOf = async (chain: string): Promise<string[]> => {
    const place = anchorFolder(chain);
    const names = (await namesIn(join(root, place))).filter((name) => chainOfAnchorKey(`${place}/${name}`) === chain);
    if (names.length > ANCHORS_PER_CHAIN_MAX) {
      throw new StoreUnavailable(join(root, place), `holds more than ${ANCHORS_PER_CHAIN_MAX} anchors`);
    }
    return names.sort().map((name) => `${place}/${name}`);
  };
  const readOne = async (key: string): Promise<StoredAnchor> => ({
    key,
    text: await readText(join(root, key)),
    disturbed: null,
  });
  return {
    place: root,
    put: async (key, text) => {
      await store.put(key, Buffer.from(text), { contentType: CONTENT_TYPE, sha256: hash('sha256', text, 'hex') });
    },
    read: async (chain) => {
      const anchors: StoredAnchor[] = [];
      for (const key of await keysOf(chain)) anchors.push(await readOne(key));
      return anchors;
    },
    latest: async (chain) => {
      const key = (await keysOf(chain)).at(-1);
      return key === undefined ? null : readOne(key);
    },
    chains: async () => {
      const names = await namesIn(join(root, ANCHOR_FOLDER), { recursive: true });
      const chains = names.map((name) => chainOfAnchorKey(`${ANCHOR_FOLDER}/${name.replaceAll('\\', '/')}`));
      return [...new Set(chains)].filter((chain) => chain !== null).sort();
    },
  };
}

async function namesIn(folder: string, options: { recursive?: boolean } = {}): Promise<string[]> {
  try {
    return await readdir(folder, { ...options, encoding: 'utf8' });
  } catch (cause) {
    if (errorCode(cause) === 'ENOENT') return [];
    throw new StoreUnavailable(folder, `cannot be read (${errorCode(cause) ?? 'unknown error'})`, { cause });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (cause) {
    throw new StoreUnavailable(path, `cannot be read (${errorCode(cause) ?? 'unknown error'})`, { cause });
  }
}
