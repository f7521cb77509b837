# Nothing is tested, without saying so, which is a failure.
use Test::More;
done_testing;
