// What counts as read twice when a reader was killed and another went on.
import { expect, test } from '@jest/globals';
import { pagesTwice } from './pages-twice.ts';

const read = (list: string, ...pages: string[]) => pages.map((page) => ({ list, page }));

test('a reader that goes on where the first one stopped reads nothing twice', () => {
  expect(pagesTwice(read('a', '1', '2'), read('a', '3', '4'))).toEqual({ ofOneList: 0, ofAllLists: 0 });
});

test('each list is counted on its own, and a page of the same name in another list is another page', () => {
  const first = [...read('a', '1', '2'), ...read('b', '1', '2', '3'), ...read('c', '1')];
  const second = [...read('a', '2', '3'), ...read('b', '2', '3'), ...read('d', '1')];
  expect(pagesTwice(first, second)).toEqual({ ofOneList: 2, ofAllLists: 3 });
});
