// Lists the keys of the codec, and says of each whether it opens.
import type { Handler } from '../action.ts';
import { CannotDo } from '../cannot-do.ts';
import { EXIT } from '../exit-codes.ts';
import { renderTable } from '../terminal/table.ts';
import { viewKeys } from './view-keys.ts';

export const keys: Handler<object> = async ({ context, output }) => {
  const views = await viewKeys(context);
  if (views === undefined) throw new CannotDo('there is no codec: name its keys as temporal.codec.keys');
  output.result({ keys: views }, () =>
    renderTable(
      output.palette,
      ['Key', 'Use', 'Kept', 'State'].map((title) => ({ title })),
      views.map(({ id, use, kept, trouble }) => [id, use, kept, trouble ?? 'opens']),
    ),
  );
  return views.some(({ trouble }) => trouble !== null) ? EXIT.failed : EXIT.clean;
};
