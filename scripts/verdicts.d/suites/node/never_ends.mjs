// A test waits for what never comes, so that the process ends.
import { test } from 'node:test';

test('one', () => {});
test('two', () => new Promise(() => {}));
test('three', () => {});
