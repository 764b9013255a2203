import { spawnSync } from 'node:child_process';
import { expect, test } from '@jest/globals';
import { checkpointFrom } from './checkpoint.ts';

test.each([undefined, ''])('without a checkpoint (%j) nothing stops', async (text) => {
  const checkpoint = checkpointFrom(text);
  for (const name of ['after_page', 'before_gate', 'before_commit', 'after_commit'] as const) {
    await expect(checkpoint(name)).resolves.toBeUndefined();
  }
});

test.each([
  'after_page',
  'after_page:',
  'after_page:0',
  'after_page:01',
  'after_page:-1',
  'after_page:100000',
  'somewhere:1',
  'AFTER_PAGE:1',
  ' after_page:1',
  'after_page:1 ',
])('%j is refused, so that a fault test cannot pass without its fault', (text) => {
  expect(() => checkpointFrom(text)).toThrow(RangeError);
  expect(() => checkpointFrom(text)).toThrow(`RECON_CHECKPOINT "${text}" is not of the form after_page:3`);
});

/** What a process writes that passes each of two places four times. */
function passing(text: string): { signal: NodeJS.Signals | null; passed: string[] } {
  const script = `
    import { writeSync } from 'node:fs';
    import { checkpointFrom } from ${JSON.stringify(new URL('./checkpoint.ts', import.meta.url).href)};
    const checkpoint = checkpointFrom(${JSON.stringify(text)});
    for (let at = 1; at <= 4; at += 1) {
      for (const name of ['after_page', 'after_commit']) {
        await checkpoint(name);
        writeSync(1, name + ':' + at + '\\n');
      }
    }`;
  const { signal, stdout } = spawnSync(process.execPath, ['--input-type=module', '--eval', script], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return { signal, passed: stdout.split('\n').filter((line) => line !== '') };
}

test('a process is killed the n-th time it gets to the place, and does nothing after it', () => {
  expect(passing('after_page:3')).toEqual({
    signal: 'SIGKILL',
    passed: ['after_page:1', 'after_commit:1', 'after_page:2', 'after_commit:2'],
  });
});

test('a process that never gets there lives on', () => {
  expect(passing('before_gate:1')).toMatchObject({ signal: null, passed: { length: 8 } });
  expect(passing('after_page:5')).toMatchObject({ signal: null, passed: { length: 8 } });
});
