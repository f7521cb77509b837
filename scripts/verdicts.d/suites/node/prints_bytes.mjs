// Passing tests print colours, carriage returns and bytes that are not UTF-8.
import { test } from 'node:test';

test('one', () => { process.stdout.write('\r\x1b[32m[##  ]\x1b[0m 50%\r'); });
test('two', () => { process.stdout.write(Buffer.from([0xb3, 0x29, 0x01, 0x00, 0x0a])); });
