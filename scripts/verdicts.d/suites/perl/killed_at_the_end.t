# The script is killed when all of its tests have passed.
use Test::More tests => 1;
ok 1, 'one';
kill KILL => $$;
