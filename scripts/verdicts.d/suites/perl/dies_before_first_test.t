# The script dies before its first byte.
use Test::More;
die 'no database';
