# A hash in its name makes a failing test one that is to do, unless it is escaped, as Test::More does.
use Test::More tests => 1;
ok 0, 'parse "# TODO later"';
