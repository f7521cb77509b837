// The body of a group throws, after its first test.
import { describe, it, test } from 'node:test';

describe('group', () => {
  it('one', () => {});
  throw new Error('no database');
});
test('two', () => {});
