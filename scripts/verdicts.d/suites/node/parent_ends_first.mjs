// A test ends before the one inside it.
import { test } from 'node:test';

test('outer', (t) => { t.test('inner', () => new Promise((done) => setTimeout(done, 50))); });
test('two', () => {});
