// What comes before each test fails.
import { beforeEach, describe, it } from 'node:test';

describe('group', () => {
  beforeEach(() => { throw new Error('no database'); });
  it('one', () => {});
});
