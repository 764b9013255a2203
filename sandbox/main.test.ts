import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { expect, test } from '@jest/globals';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));

function start(...args: string[]) {
  const child = spawn(process.execPath, [MAIN, ...args]);
  const output = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (chunk: string) => {
      output.text += chunk;
    });
  }
  return { child, output, closed: once(child, 'close') };
}

test('serves a world until it is interrupted', async () => {
  const { child, output, closed } = start('--port', '0', '--days', '1', '--transactions', '40');
  for await (const _ of child.stdout) if (output.text.includes('Ctrl-C')) break;
  const url = /http:\/\/127\.0\.0\.1:\d+/.exec(output.text)?.[0];
  const key = /key +(\w+)/.exec(output.text)?.[1];
  const answer = await fetch(`${url}/v1/balance_transactions`, { headers: { Authorization: `Bearer ${key}` } });
  expect(await answer.json()).toMatchObject({ object: 'list', has_more: true });
  child.kill('SIGINT');
  expect((await closed)[0]).toBe(0);
});

test('listens on the address it is given, as a container needs', async () => {
  const { child, output, closed } = start('--host', '0.0.0.0', '--port', '0', '--days', '1', '--transactions', '40');
  for await (const _ of child.stdout) if (output.text.includes('Ctrl-C')) break;
  expect(output.text).toMatch(/stripe +http:\/\/0\.0\.0\.0:\d+/);
  child.kill('SIGINT');
  expect((await closed)[0]).toBe(0);
});

test.each([
  ['--help', 0, 'usage: npm run emulators'],
  ['--bogus', 2, "Unknown option '--bogus'"],
  ['--days=some', 2, '--days is "some": give a whole number'],
  ['--zone=Mars', 2, '"Mars" is not an IANA time zone'],
])('%s ends with %i and says what to do', async (option, code, text) => {
  const { output, closed } = start(option);
  expect((await closed)[0]).toBe(code);
  expect(output.text).toContain(text);
});
