// Passing tests print prose, and an unfinished line.
import { test } from 'node:test';

test('one', () => {
  console.log('testing connection to db\nerror: no such file\nokay');
  process.stdout.write('half a line');
});
test('two', (t) => t.diagnostic('a diagnostic\nnot ok 7 - of two lines'));
