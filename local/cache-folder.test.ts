import { expect, test } from '@jest/globals';
import { cacheFolder } from './cache-folder.ts';

test('the cache folder follows XDG_CACHE_HOME, else HOME', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: '/var/cache/me', HOME: '/home/me' })).toBe('/var/cache/me/recon');
  expect(cacheFolder({ HOME: '/home/me' })).toBe('/home/me/.cache/recon');
});

test('a relative XDG_CACHE_HOME is ignored, as its specification says', () => {
  expect(cacheFolder({ XDG_CACHE_HOME: 'cache', HOME: '/home/me' })).toBe('/home/me/.cache/recon');
});
