// The script does not compile.
import { test } from 'node:test';

test('one', () => {};
