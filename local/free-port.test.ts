import { expect, test } from '@jest/globals';
import { PortTaken } from './errors.ts';
import { freePorts, retryPortTaken } from './free-port.ts';

test('ports asked for together differ from each other', async () => {
  const ports = await freePorts(20);
  expect(new Set(ports).size).toBe(20);
});

test('a server that finds its port taken is started again, a bounded number of times', async () => {
  let starts = 0;
  const start = async () => {
    starts += 1;
    if (starts < 3) throw new PortTaken('It', 1);
    return 'up';
  };
  expect(await retryPortTaken([undefined], start)).toBe('up');
  const always = () => Promise.reject(new PortTaken('It', 1));
  await expect(retryPortTaken([], always)).rejects.toThrow(PortTaken);
});

test('a port that was asked for is not exchanged for another', async () => {
  let starts = 0;
  const start = async () => {
    starts += 1;
    throw new PortTaken('It', 7233);
  };
  await expect(retryPortTaken([7233], start)).rejects.toThrow('port 7233');
  expect(starts).toBe(1);
});
