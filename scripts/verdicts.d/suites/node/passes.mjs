// Tests that pass, one inside another.
import { describe, it, test } from 'node:test';

test('one', () => {});
test('two # not a directive', async () => {});
describe('group', () => {
  it('three', () => {});
  describe('inner', () => it('four \\ backslash', () => {}));
});
