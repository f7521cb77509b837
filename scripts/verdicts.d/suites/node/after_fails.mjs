// What comes after the tests of a group fails; they have passed.
import { after, describe, it, test } from 'node:test';

describe('group', () => {
  after(() => { throw new Error('no database'); });
  it('one', () => {});
});
test('two', () => {});
