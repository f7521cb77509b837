# Passing tests with names that hold numbers, hashes, other scripts and newlines.
use Test::More tests => 5;
binmode Test::More->builder->output, ':utf8';
ok 1, '42';
ok 1, 'a # todo that is none';
ok 1, "caf\x{e9} \x{65e5}";
ok 1, "first line\nsecond line";
ok 1, '';
