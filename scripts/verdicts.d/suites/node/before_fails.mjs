// What comes before the tests of a group fails.
import { before, describe, it, test } from 'node:test';

describe('group', () => {
  before(() => { throw new Error('no database'); });
  it('one', () => {});
});
test('two', () => {});
