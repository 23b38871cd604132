import { expect, test } from 'vitest';
import { pieces } from './kana';

test('readings stand over their words alone, line by line', () => {
  expect(pieces('{係|かかり}の方と、\n話せます。')).toEqual([
    [{ words: '係', reading: 'かかり' }, { words: 'の方と、', reading: null }],
    [{ words: '話せます。', reading: null }],
  ]);
});
