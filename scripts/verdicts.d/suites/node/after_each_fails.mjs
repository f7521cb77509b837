// What comes after each test fails.
import { afterEach, describe, it } from 'node:test';

describe('group', () => {
  afterEach(() => { throw new Error('no database'); });
  it('one', () => {});
});
