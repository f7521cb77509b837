# The script is killed in the middle.
use Test::More tests => 2;
ok 1, 'one';
kill KILL => $$;
ok 1, 'two';
