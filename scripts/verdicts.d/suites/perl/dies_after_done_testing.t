# The script dies when its tests are done.
use Test::More;
ok 1, 'one';
done_testing;
die 'in the clean-up';
